"""What a group keeps of its events for members that join it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Member(Protocol[T_contra]):
    """Is written to by a group. Its methods must neither wait nor raise."""

    def put(self, value: T_contra, /) -> None:
        """The newest value of its subject, which replaces those before."""

    def close(self) -> None:
        """No value follows."""


class Backlog(Protocol[T]):
    """The events that a member needs that joins now."""

    def add(self, value: T) -> None:
        """A new event of the group."""
        ...

    def show(self, member: Member[T]) -> None:
        """Writes what is kept to a member, in the order of the events."""
        ...


class Newest(Generic[T]):
    """The newest event."""

    def __init__(self) -> None:
        self._kept: tuple[T, ...] = ()

    def add(self, value: T) -> None:
        self._kept = (value,)

    def show(self, member: Member[T]) -> None:
        for value in self._kept:
            member.put(value)


class Subject(Protocol):
    """An event about one of several subjects."""

    @property
    def subject(self) -> Hashable: ...


S = TypeVar("S", bound=Subject)


class NewestOfEach(Generic[S]):
    """The newest event of each subject. The source bounds how many there are."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, S] = {}

    def add(self, value: S) -> None:
        self._kept.pop(value.subject, None)
        self._kept[value.subject] = value

    def show(self, member: Member[S]) -> None:
        for value in self._kept.values():
            member.put(value)
