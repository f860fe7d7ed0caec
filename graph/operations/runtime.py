"""What workflows work with. Global, as the engine's registry of workflows is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.operations.account_limiter import AccountLimiter
from graph.operations.heartbeat import Heartbeat
from graph.operations.retries import Retries
from graph.rights.policy import ResourcePolicy
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Runtime:
    gateway: Gateway
    store: Store
    retries: Retries
    heartbeat: Heartbeat
    resources: ResourcePolicy
    running: dict[asyncio.Task[object], str] = field(default_factory=dict)
    """The workflows of this process with their operations' ids, to be drained at shutdown."""
    limiter: AccountLimiter = field(default_factory=AccountLimiter)


_INSTALLED: Final[list[Runtime]] = []


def install(opened: Runtime) -> None:
    """Makes this the runtime of every workflow that starts in this process."""
    _INSTALLED[:] = [opened]


def uninstall() -> None:
    """From now on no workflow starts or continues in this process."""
    for installed in _INSTALLED:
        installed.retries.stop()
    _INSTALLED.clear()


def is_installed() -> bool:
    """Whether workflows may start in this process."""
    return bool(_INSTALLED)


def runtime() -> Runtime:
    """For workflows alone, which the engine calls with the arguments that it has stored.

    Cancels the calling workflow once there is none; see ``Retries.ensure_running``.
    """
    if not _INSTALLED:
        raise asyncio.CancelledError
    return _INSTALLED[0]
