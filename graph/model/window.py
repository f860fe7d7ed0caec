"""Which part of a list is read from the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Window(Generic[P]):
    """At most ``most`` items between two places, which are excluded themselves."""

    most: int
    after: P | None = None
    before: P | None = None
    from_end: bool = False
    """Whether these are the last items between the places instead of the first. They are in the
    order of the list either way."""

    def and_one_more(self) -> Self:
        """The same with another item, which shows whether there is a further page."""
        return replace(self, most=self.most + 1)
