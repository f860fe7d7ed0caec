"""Which process polls a run, and how its states reach those who follow it at other processes."""

from __future__ import annotations

from typing import Protocol

from graph.runs.watch.update import Update


class Watcher(Protocol):
    """The watch of a run in this process."""

    def receive(self, update: Update) -> None:
        """The newest state, as another process has observed it."""
        ...

    def resume(self, update: Update | None, gap: int) -> None:
        """This process polls from now on, and continues the numbers of others.

        ``update``: the last state that is known, if the watch has not received it. It may be old.

        ``gap``: by how much the next number is higher, so that it is none that another process has
        used for a state that did not get here.
        """
        ...


class Share(Protocol):
    """The part of one watch in what a deployment shares."""

    @property
    def polls(self) -> bool:
        """Whether this process is the one to poll the run now."""
        ...

    async def changed(self) -> None:
        """Returns when ``polls`` may have changed, and from time to time."""
        ...

    def publish(self, update: Update) -> None:
        """A new state that this process has observed."""
        ...

    def leave(self) -> None:
        """The watch has ended. Can be repeated."""
        ...


class Sharing(Protocol):
    """Shares watches between processes."""

    def join(self, run_arn: str, watcher: Watcher) -> Share:
        """To be called once per run and process at a time."""
        ...

    def pollers(self, place: str) -> int:
        """How many processes poll runs of that region and account, see ``place_of``."""
        ...


class Unshared:
    """Each process polls for itself. Implements ``Sharing`` and ``Share``."""

    polls = True

    def join(self, run_arn: str, watcher: Watcher) -> Share:  # noqa: ARG002 - the protocol's
        return self

    def pollers(self, place: str) -> int:  # noqa: ARG002 - the protocol's
        return 1

    async def changed(self) -> None:
        """Never called, as nothing changes."""

    def publish(self, update: Update) -> None:
        """Nobody else listens."""

    def leave(self) -> None:
        """Nothing is held."""
