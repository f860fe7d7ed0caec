"""Which process polls something, and how its states reach those who follow it elsewhere."""

from __future__ import annotations

from typing import Protocol, TypeVar

from graph.store import RunState

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Watcher(Protocol[T_contra]):
    """The watch of a run, or of something else that is polled, in this process."""

    def receive(self, state: T_contra, /) -> None:
        """The newest state, as another process has observed it."""
        ...

    def resume(self, state: T_contra | None, gap: int, /) -> None:
        """This process polls from now on, and continues the numbers of others.

        ``state``: the last one that is known, if the watch has not received it. It may be old.

        ``gap``: by how much the next number is higher, so that it is none that another process has
        used for a state that did not get here.
        """
        ...

    def isolate(self, gap: int, /) -> None:
        """The store does not answer: this process polls for itself. ``gap``: see ``resume``."""
        ...

    def nudge(self) -> None:
        """Something has happened that the next poll will show."""
        ...


class Form(Protocol[T]):
    """How states are numbered, and written into the store."""

    def number(self, state: T, /) -> int: ...

    def encode(self, state: T, /) -> RunState: ...

    def decode(self, text: str, /) -> T | None:
        """None for a state that this version cannot read, as another has encoded it."""
        ...


class Share(Protocol[T_contra]):
    """The part of one watch in what a deployment shares."""

    @property
    def polls(self) -> bool:
        """Whether this process is the one to poll now."""
        ...

    async def changed(self) -> None:
        """Returns when ``polls`` may have changed, and from time to time."""
        ...

    def publish(self, state: T_contra, /) -> None:
        """A new state that this process has observed."""
        ...

    def leave(self) -> None:
        """The watch has ended. Can be repeated."""
        ...


class Sharing(Protocol):
    """Shares watches between processes."""

    def join(self, name: str, watcher: Watcher[T], form: Form[T]) -> Share[T]:
        """To be called once per name and process at a time.

        ``name``: the ARN of a run, or the like.
        """
        ...

    def pollers(self, place: str) -> int:
        """How many processes poll in that region and account, see ``place_of``."""
        ...

    async def nudge(self, name: str) -> None:
        """Nudges the watcher of the process that polls. Raises Upstream."""
        ...


class Unshared:
    """Each process polls for itself. Implements ``Sharing`` and ``Share``."""

    polls = True

    def join(self, name: str, watcher: Watcher[T], form: Form[T]) -> Share[T]:  # noqa: ARG002 - the protocol's
        return self

    def pollers(self, place: str) -> int:  # noqa: ARG002 - the protocol's
        return 1

    async def nudge(self, name: str) -> None:
        """There is no other process."""

    async def changed(self) -> None:
        """Never called, as nothing changes."""

    def publish(self, state: object) -> None:
        """Nobody else listens."""

    def leave(self) -> None:
        """Nothing is held."""
