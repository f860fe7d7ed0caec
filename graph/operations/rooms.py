"""What the workflows reach: the durable engine's registry is global, and so is this."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.operations.heartbeat import Heartbeat
from graph.operations.turns import Turns
from graph.rights.policy import ResourcePolicy
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. How a step waits for what can pass."""

    first: float = 1.0
    most: float = 10.0
    together: float = 120.0
    """A step that makes something gives up after so long."""
    undoing: float = 3_600.0
    """One that unmakes: what it gave up would be an orphan."""
    store: float = 3_600.0
    """Any step waits so long for a store that is away; the journal waits without end."""
    poll: float = 2.0
    """Between two looks at a task that is being made, or a run that is being cancelled."""
    settle: float = 30.0
    """So long a call that was sent and not answered may still take effect."""
    available: float = 600.0
    """A task that is not AVAILABLE by then is given up."""


@dataclass(frozen=True, slots=True)
class Rooms:
    gateway: Gateway
    store: Store
    patience: Patience
    heart: Heartbeat
    resources: ResourcePolicy
    running: dict[asyncio.Task[object], str] = field(default_factory=dict)
    """The workflows of this process with their ids, to be drained when it stops."""
    turns: Turns = field(default_factory=Turns)


_OPEN: Final[list[Rooms]] = []


def open_rooms(rooms: Rooms) -> None:
    _OPEN[:] = [rooms]


def close_rooms() -> None:
    """No workflow begins or goes on in this process."""
    _OPEN.clear()


def rooms() -> Rooms:
    """Ends the workflow that asks once they are closed: another process takes it up.

    Cancelled, and not failed: a workflow that failed would undo what it has made.
    """
    if not _OPEN:
        raise asyncio.CancelledError
    return _OPEN[0]
