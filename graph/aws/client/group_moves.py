"""Notifies those who follow a mover when it is read in another group than before."""

from __future__ import annotations

from typing import Protocol


class Follower(Protocol):
    def moved(self, task_arn: str) -> None:
        """The mover may be in another group now. Must neither wait nor raise."""


class GroupMoves:
    """Remembers the groups of movers that are followed. AWS does not report changes of tags."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[Follower, str | None]] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def follow(self, task_arn: str, group: str | None, follower: Follower) -> None:
        """From now on the follower knows the mover in that group."""
        self._groups.setdefault(task_arn, {})[follower] = group

    def leave(self, task_arn: str, follower: Follower) -> None:
        """Ends what ``follow`` began. Can be repeated."""
        followers = self._groups.get(task_arn, {})
        followers.pop(follower, None)
        if not followers:
            self._groups.pop(task_arn, None)

    def note(self, task_arn: str, group: str | None) -> None:
        """A mover was read. The tagging API lags, so that its group may be one of before."""
        followers = self._groups.get(task_arn)
        if followers is not None:
            for follower in [each for each, known in followers.items() if known != group]:
                follower.moved(task_arn)
