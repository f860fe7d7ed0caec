"""Enums that are stored by their values: a newer server of the deployment may store new ones."""

from __future__ import annotations

from enum import Enum
from typing import Self


class OpenEnum(Enum):
    """An enum whose member OTHER stands for all values that this version does not know."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls["OTHER"] if isinstance(value, str) else None

    @classmethod
    def known_values(cls) -> frozenset[str]:
        """The values that this version knows, without OTHER."""
        return frozenset(member.value for member in cls if member.name != "OTHER")
