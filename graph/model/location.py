"""Locations: the source and the destination of a mover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final

MOST_SECURITY_GROUPS: Final = 5
"""The security groups of one location that DataSync allows."""
MOST_AGENTS: Final = 8
"""The agents of one location that DataSync allows."""
MOST_ITEMS: Final[Mapping[str, int]] = {
    "security_group_arns": MOST_SECURITY_GROUPS,
    "agent_arns": MOST_AGENTS,
    "dns_ip_addresses": 2,
    "name_nodes": 10,
}
"""How long the lists of specifications may be. AWS has no limit for NameNodes."""


class SecretKind(Enum):
    """Who keeps the secret of a location."""

    MANAGED = "MANAGED"
    CUSTOMER_KEY = "CUSTOMER_KEY"
    CUSTOM = "CUSTOM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A location as its describe call returns it; never with a secret."""

    arn: str
    kind: str
    """S3, EFS, FSX_LUSTRE, FSX_ONTAP, FSX_OPEN_ZFS, FSX_WINDOWS, NFS, SMB, HDFS, OBJECT_STORAGE,
    AZURE_BLOB; for a kind that is new to the server, the scheme of its URI in capitals."""
    uri: str
    created_at: datetime | None
    described: Mapping[str, Any] = field(repr=False)
    """AWS's response unchanged; empty for a kind that is new to the server."""

    @property
    def agent_arns(self) -> tuple[str, ...]:
        """The agents that reach it; those of NFS are in a member of their own."""
        on_premises = self.described.get("OnPremConfig") or {}
        return (
            *(self.described.get("AgentArns") or ()),
            *(on_premises.get("AgentArns") or ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLocation:
    """What AWS's list has of a location, in which a hundred cost one call."""

    arn: str
    kind: str
    uri: str
