"""The inputs of agents' mutations."""

from __future__ import annotations

from graph.model.agent import NewAgent
from graph.schema.agent_inputs import ActivateAgentInput, new_agent
from graph.schema.scalars import AccountId
from graph.schema.tag import TagInput


def test_an_activation_is_converted_as_it_is() -> None:
    given = ActivateAgentInput(
        account=AccountId("1"), activation_key="k", tags=[TagInput(key="a", value="b")]
    )
    expected = NewAgent(account_id="1", activation_key="k", tags=(("a", "b"),))
    assert new_agent(given) == expected
