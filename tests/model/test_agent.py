"""Agents as values."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.model.agent import Agent, NewAgent

ARN = f"arn:aws:datasync:us-east-1:222222222222:agent/agent-{'0' * 17}"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_an_agent_is_called_by_its_name_or_its_id() -> None:
    assert Agent(arn=ARN, name="north", status="ONLINE").label == "north"
    assert Agent(arn=ARN, name="", status="ONLINE").label == f"agent-{'0' * 17}"


def test_only_a_known_word_counts_as_online_and_a_listed_agent_has_no_last_contact() -> None:
    found = [Agent(arn=ARN, name="", status=word).online for word in ("ONLINE", "OFFLINE", "NEW")]
    assert found == [True, False, False]
    assert Agent(arn=ARN, name="", status="ONLINE").last_contact_at is None
    described = Agent(arn=ARN, name="", status="x", described={"LastConnectionTime": NOON})
    assert described.last_contact_at == NOON


def test_an_activation_key_is_never_written() -> None:
    new = NewAgent(account_id="222222222222", activation_key="ABCDE-SECRET", name="north")
    assert "SECRET" not in f"{new} {new!r}"
    assert "north" in repr(new)
