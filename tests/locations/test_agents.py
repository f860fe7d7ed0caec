"""What no agent can have is rejected before AWS is asked, and the key is never shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.locations.agents import check_agent_name, check_new_agent
from graph.model.agent import NewAgent
from graph.model.errors import Invalid
from tests.locations.samples import FSX, GROUPS, SUBNET
from tests.locations.service import HOME
from tests.world import LAB

KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"
NEW = NewAgent(account_id=LAB, activation_key=KEY)
LINKED = replace(
    NEW,
    vpc_endpoint_id=f"vpce-{'0' * 17}",
    subnet_arn=SUBNET,
    security_group_arn=GROUPS[0],
)

BROKEN: list[tuple[NewAgent, dict[str, Any], str]] = [
    *((NEW, {"activation_key": key}, "activationKey") for key in ("", KEY[:-1], KEY.lower())),
    *((NEW, {"name": name}, "name") for name in ("", "x" * 257, "a|b", "é")),
    (LINKED, {"vpc_endpoint_id": None}, "vpcEndpointId"),
    (LINKED, {"vpc_endpoint_id": "vpce-0"}, "vpcEndpointId"),
    (LINKED, {"subnet_arn": None}, "subnetArn"),
    (LINKED, {"subnet_arn": FSX}, "subnetArn"),
    (LINKED, {"subnet_arn": SUBNET.replace("us-", "eu-")}, "subnetArn"),
    (LINKED, {"security_group_arn": None}, "securityGroupArn"),
    (LINKED, {"security_group_arn": SUBNET}, "securityGroupArn"),
]


@pytest.mark.parametrize("new", [NEW, LINKED, replace(NEW, name="north 1")])
def test_an_agent_with_or_without_a_private_link_is_accepted(new: NewAgent) -> None:
    check_new_agent(new, HOME)


@pytest.mark.parametrize(("new", "change", "place"), BROKEN)
def test_what_breaks_a_rule_is_rejected_with_its_place(
    new: NewAgent, change: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_agent(replace(new, **change), HOME)
    assert refused.value.path == (place,)
    assert KEY[:-1] not in refused.value.message


def test_a_name_may_have_what_datasync_allows() -> None:
    check_agent_name("North site, no".replace(",", " =") + " +._:@/-")
