"""Checks of agents: what DataSync would certainly refuse."""

from __future__ import annotations

import re
from typing import Final

from graph.locations.arns import check_arn
from graph.locations.checks import require
from graph.locations.kind import Home
from graph.model.agent import NewAgent
from graph.model.errors import Invalid

_KEY: Final = re.compile(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){4}")
_NAME: Final = re.compile(r"[a-zA-Z0-9\s+=._:@/-]{1,256}", re.ASCII)
_ENDPOINT: Final = re.compile(r"vpce-[0-9a-f]{17}")
_NETWORK: Final = ("vpc_endpoint_id", "subnet_arn", "security_group_arn")


def check_agent_name(name: str) -> None:
    """Raises Invalid for a name that no agent can have."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "The name of an agent has 1 to 256 letters, digits, blanks and + = . _ : @ / -.",
            path=("name",),
        )


def check_new_agent(new: NewAgent, home: Home) -> None:
    """Raises Invalid, which never shows the activation key."""
    if not _KEY.fullmatch(new.activation_key):
        raise Invalid(
            "An activation key has five groups of five capital letters or digits, with hyphens "
            "between them.",
            path=("activationKey",),
        )
    if new.name is not None:
        check_agent_name(new.name)
    if any(getattr(new, name) is not None for name in _NETWORK):
        _check_network(new, home)


def _check_network(new: NewAgent, home: Home) -> None:
    require(new, _NETWORK, "for an agent that reaches DataSync through a VPC endpoint", ())
    if not _ENDPOINT.fullmatch(new.vpc_endpoint_id or ""):
        raise Invalid(
            "The id of a VPC endpoint is vpce- and 17 hexadecimal digits.",
            path=("vpcEndpointId",),
        )
    subnet, group = new.subnet_arn or "", new.security_group_arn or ""
    check_arn(subnet, "ec2", r"subnet/subnet-[a-f0-9]+", home, ("subnetArn",), shared=True)
    form = r"security-group/sg-[a-f0-9]+"
    check_arn(group, "ec2", form, home, ("securityGroupArn",), shared=True)
