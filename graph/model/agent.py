"""DataSync agents: machines that reach storage outside of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

ONLINE: Final = "ONLINE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent of an account. It belongs to no group: movers of any group may use it."""

    arn: str
    name: str
    """Empty for an agent that was not given one."""
    status: str
    """ONLINE, OFFLINE or a newer AWS value."""
    version: str | None = None
    """Of its software."""
    described: Mapping[str, Any] | None = field(default=None, repr=False)
    """AWS's response unchanged; None for an agent as AWS's list has it."""

    @property
    def online(self) -> bool:
        return self.status == ONLINE

    @property
    def last_contact_at(self) -> datetime | None:
        """None also for an agent as listed."""
        return (self.described or {}).get("LastConnectionTime")

    @property
    def label(self) -> str:
        """Its name or, without one, its id: for sentences."""
        return self.name or self.arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """An agent to activate."""

    account_id: str
    region: str | None = None
    """As it is requested: None for the default one."""
    activation_key: str = field(repr=False)
    """Works once. It is passed to AWS and kept nowhere."""
    name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    vpc_endpoint_id: str | None = None
    subnet_arn: str | None = None
    security_group_arn: str | None = None
