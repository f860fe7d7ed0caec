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

    def reopen(self, member: Member[T]) -> None:
        """Writes what a member needs that has missed events."""
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

    def reopen(self, member: Member[T]) -> None:
        self.show(member)


class Event(Protocol):
    """An event of one of several subjects."""

    @property
    def subject(self) -> Hashable: ...

    @property
    def sequence(self) -> int | str | None:
        """After which events a client resumes that has received this one."""
        ...

    @property
    def opens(self) -> bool:
        """Whether a client that has received it needs nothing that came before."""
        ...


E = TypeVar("E", bound=Event)


class Resuming(Member[E]):
    """A member that has events already: it needs no event that opens at the last of them."""

    __slots__ = ("_member", "after")

    def __init__(self, member: Member[E], after: int | str) -> None:
        self._member, self.after = member, after

    def put(self, value: E, /) -> None:
        if not (value.opens and value.sequence == self.after):
            self._member.put(value)

    def close(self) -> None:
        self._member.close()

    def begin_anew(self, opening: E) -> None:
        """What came after the last event is not known any more."""
        self._member.put(opening)


class NewestOfEach(Generic[E]):
    """The newest event of each subject: those since the last one that opens, if there was one.

    Without such an event the source bounds how many subjects there are.
    """

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._opening: E | None = None
        self._kept: dict[Hashable, tuple[int, E]] = {}
        self._place = 0
        self._first: dict[int | str | None, int] = {}
        """By sequence the place of the first event that had it."""

    def add(self, value: E) -> None:
        self._place += 1
        if value.opens:
            self._opening = value
            self._kept.clear()
            self._first.clear()
        else:
            self._kept.pop(value.subject, None)
            self._kept[value.subject] = (self._place, value)
        if self._opening is not None:
            self._first.setdefault(value.sequence, self._place)
            self._forget()

    def show(self, member: Member[E]) -> None:
        after = None
        if self._opening is not None:
            after = self._first.get(member.after) if isinstance(member, Resuming) else None
            if after is None:
                self.reopen(member)
                return
        for place, value in self._kept.values():
            if after is None or place > after:
                member.put(value)

    def reopen(self, member: Member[E]) -> None:
        """The member has missed events: it gets the one that opens, if there is one."""
        if self._opening is not None:
            if isinstance(member, Resuming):
                member.begin_anew(self._opening)
            else:
                member.put(self._opening)

    def _forget(self) -> None:
        while len(self._kept) > self._most:
            place, _ = self._kept.pop(next(iter(self._kept)))
            self._first = {each: at for each, at in self._first.items() if at >= place}
        if len(self._first) > self._most:
            del self._first[next(iter(self._first))]
