"""What the workflows reach: the durable engine's registry is global, and so is this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.aws.gateway import Gateway
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. How a step waits for what can pass."""

    first: float = 1.0
    most: float = 10.0
    together: float = 120.0
    """A step gives up after so long."""
    poll: float = 2.0
    """Between two looks at a task that is being made, or a run that is being cancelled."""
    available: float = 600.0
    """A task that is not AVAILABLE by then is given up."""


@dataclass(frozen=True, slots=True)
class Rooms:
    gateway: Gateway
    store: Store
    patience: Patience


_OPEN: Final[list[Rooms]] = []


def open_rooms(rooms: Rooms) -> None:
    _OPEN[:] = [rooms]


def close_rooms() -> None:
    _OPEN.clear()


def rooms() -> Rooms:
    """Raises IndexError while no engine runs, which no workflow can see."""
    return _OPEN[0]
