"""Tags of roles are set and removed, and can be so again."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.role_tags import change_role_tags
from graph.aws.roles import tags_of_role
from graph.model.errors import NotFound
from graph.model.mover import Tag
from graph.sandbox import Sandbox
from tests.world import LAB


async def test_tags_of_a_role_are_changed_and_repeating_it_changes_nothing(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.role(LAB, "r", service="datasync.amazonaws.com", path="/spinup/acme/g/")
    account, wanted = gateway.bind(LAB), (Tag("a", "1"), Tag("b", "2"))
    for _ in range(2):
        await change_role_tags(account, "r", wanted, ("gone",))
        assert set(await tags_of_role(account, "r")) == set(wanted)
    await change_role_tags(account, "r", (), ("a",))
    assert await tags_of_role(account, "r") == (Tag("b", "2"),)
    with pytest.raises(NotFound):
        await tags_of_role(account, "absent")
