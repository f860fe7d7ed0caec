"""What fields cost beyond their place in the answer: calls to services behind the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Price:
    """The maximum number of calls, except for services with very long lists."""

    calls: int = 0
    """For the field itself, whatever it is asked for."""
    per_item: int = 0
    """For each item of its page, or of its argument that is a list."""
    reads: frozenset[tuple[str, int]] = frozenset()
    """Names and calls of reads that all fields of one object share."""
    asked: Mapping[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    """Further reads that an argument asks for, by its path such as ``filter.tags``, or by its path
    and value such as ``orderBy.field=NAME``."""


Prices = Mapping[str, Price]
"""By type and field, such as ``Mover.source``. Fields that are not there cost no calls."""

NO_PRICES: Final[Prices] = MappingProxyType({})
