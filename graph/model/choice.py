"""What forms offer for the fields of a new mover: resources of the account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ChoiceKind(Enum):
    """What is listed."""

    BUCKETS = "BUCKETS"
    EFS_FILE_SYSTEMS = "EFS_FILE_SYSTEMS"
    FSX_FILE_SYSTEMS = "FSX_FILE_SYSTEMS"
    FSX_STORAGE_VIRTUAL_MACHINES = "FSX_STORAGE_VIRTUAL_MACHINES"
    SUBNETS = "SUBNETS"
    SECURITY_GROUPS = "SECURITY_GROUPS"
    LOG_GROUPS = "LOG_GROUPS"
    SECRETS = "SECRETS"


@dataclass(frozen=True, slots=True)
class Choice:
    """One resource."""

    arn: str
    name: str | None = None
    """Its name, or the value of its tag ``Name``."""
    detail: str | None = None
    """What else tells it apart: by kind the region, the type, the addresses or a description."""
    vpc_id: str | None = None
    availability_zone: str | None = None
    prefixes: tuple[str, ...] | None = None
    """Of a bucket: those below which the caller may use it. None: all of it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The resources of one kind."""

    found: tuple[Choice, ...]
    complete: bool = True
    """Whether these are all: of very many only the first are read."""
