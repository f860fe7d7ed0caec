"""What workflows and their steps work with: global, as DBOS's registry of workflows is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.operations.account_limiter import AccountLimiter
from graph.operations.heartbeat import Heartbeat
from graph.rights.policy import ResourcePolicy
from graph.store import Store


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How steps retry and wait, in seconds."""

    first_wait: float = 1.0
    longest_wait: float = 10.0
    create_seconds: float = 120.0
    """A step that creates something gives up after this time."""
    rollback_seconds: float = 3_600.0
    """A step that removes something gives up after this time, and leaves it behind."""
    store_seconds: float = 3_600.0
    """Every step waits this long for the store. The engine's journal waits without a limit."""
    poll: float = 2.0
    """Between two reads of a task that is being created or of a run that is being cancelled."""
    settle: float = 30.0
    """How long a call that was sent and not answered may still take effect."""
    available: float = 600.0
    """A task that has not become AVAILABLE by then has failed."""


@dataclass(frozen=True, slots=True)
class Runtime:
    gateway: Gateway
    store: Store
    retry: RetryPolicy
    heartbeat: Heartbeat
    resources: ResourcePolicy
    running: dict[asyncio.Task[object], str] = field(default_factory=dict)
    """The workflows of this process with their operations' ids, to be drained at shutdown."""
    limiter: AccountLimiter = field(default_factory=AccountLimiter)


_INSTALLED: Final[list[Runtime]] = []


def install(opened: Runtime) -> None:
    _INSTALLED[:] = [opened]


def uninstall() -> None:
    """From now on no workflow starts or continues in this process."""
    _INSTALLED.clear()


def runtime() -> Runtime:
    """The runtime of this process. Cancels the calling workflow once it is uninstalled.

    The workflow is cancelled rather than failed, because one that fails rolls back what it made.
    Another process resumes it.
    """
    if not _INSTALLED:
        raise asyncio.CancelledError
    return _INSTALLED[0]
