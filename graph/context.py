"""One request: its caller and the services that it may use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graph.aws.client.gateway import Gateway
from graph.cleanup.service import Cleanup
from graph.concurrency import Work, begin_work
from graph.history.audit import Audit
from graph.loaders import Loaders
from graph.model.caller import Caller
from graph.operations import Operations
from graph.rights.policy import ResourcePolicy
from graph.runs import RunService
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The services that live as long as the application and are shared by all requests."""

    gateway: Gateway
    runs: RunService
    operations: Operations
    store: Store
    resources: ResourcePolicy
    audit: Audit
    cleanup: Cleanup
    version: str


@dataclass(frozen=True, slots=True)
class Context:
    """One request, or one operation of a WebSocket."""

    caller: Caller
    request_id: str
    services: Services
    loaders: Loaders
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Error codes with the fields that answered them as data, for the log and the metrics."""


def open_context(services: Services, caller: Caller, request_id: str) -> Context:
    """A new context with loaders of its own.

    From now on the calling task works for the caller, who takes turns with the others.
    """
    begin_work(Work((caller.name, caller.on_behalf_of, request_id)))
    return Context(
        caller, request_id, services, Loaders(services.gateway, services.runs, services.cleanup)
    )
