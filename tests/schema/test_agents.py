"""Agents as GraphQL shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.model.advice import MoverAdvice as Advice
from graph.model.agent import Agent as Value
from graph.schema.agents import MoverAdvice
from tests.agents import AGENT
from tests.schema.execution import select

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def agent(status: str, **described: object) -> Value:
    return Value(arn=AGENT, name="north", status=status, described=described)


async def test_an_unknown_word_of_aws_is_shown_beside_other() -> None:
    value = Advice.on([(AGENT, agent("SLEEPING"))], "")
    shown = """{ cause agents {
      name status statusText lastContactAt endpointType privateLink { endpoint } } }"""
    found = await select(MoverAdvice, MoverAdvice(value=value), shown)
    nothing = dict.fromkeys(("lastContactAt", "endpointType", "privateLink"))
    assert found == {
        "cause": "The agent 'north' is SLEEPING.",
        "agents": [{"name": "north", "status": "OTHER", "statusText": "SLEEPING"} | nothing],
    }


async def test_the_last_contact_is_told() -> None:
    value = Advice.on([(AGENT, agent("OFFLINE", LastConnectionTime=NOON))], "ignored")
    found = await select(
        MoverAdvice, MoverAdvice(value=value), "{ cause agents { lastContactAt } }"
    )
    assert found["cause"].endswith("its last contact was at 2026-01-01 12:00 UTC.")
    assert found["agents"] == [{"lastContactAt": "2026-01-01T12:00:00.000Z"}]
