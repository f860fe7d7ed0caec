"""One request: the rights it is served with, who made it, and the services that it may use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graph.activity import Activity
from graph.aws.client.gateway import Gateway
from graph.cleanup.service import Cleanup
from graph.concurrency import Usage, Waits, Work, begin_work, current_work
from graph.history.audit import Audit
from graph.loaders import Loaders
from graph.model.caller import Caller, Identity, Rights
from graph.model.limits import ServerLimits
from graph.operations import Operations
from graph.rights.policy import ResourcePolicy
from graph.runs import RunService
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The services that live as long as the application and are shared by all requests."""

    gateway: Gateway
    runs: RunService
    activity: Activity
    operations: Operations
    store: Store
    resources: ResourcePolicy
    audit: Audit
    cleanup: Cleanup
    version: str
    limits: ServerLimits = field(default_factory=ServerLimits)
    waits: Waits = field(default_factory=Waits)
    """Of requests, for a run or an operation to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What reads depend on. It has rights and no identity: callers with equal rights share it."""

    rights: Rights
    request_id: str
    services: Services
    loaders: Loaders
    usage: Usage = field(default_factory=Usage)
    """What the request has used of AWS."""
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Error codes with the fields that answered them as data, for the log and the metrics."""

    def refresh(self) -> None:
        """Before the next event of a stream: reads everything again, and counts anew."""
        self.loaders.forget()
        self.usage.restart()

    @property
    def calls(self) -> int:
        """The calls to AWS that were made for the request so far."""
        return self.usage.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(ReadContext):
    """A query or mutation, or one request to the REST API."""

    identity: Identity
    withdrawals: int = 0
    """How often credentials had been withdrawn when the caller was authenticated."""
    expires_at: float | None = None
    """When the credentials expire, as of ``Caller``."""

    @property
    def caller(self) -> Caller:
        return Caller(self.identity, self.rights, self.expires_at)


def open_context(services: Services, caller: Caller, request_id: str) -> Context:
    """A new context with loaders of its own.

    From now on the calling task works for the caller, who takes turns with the others.
    """
    usage = _usage(services)
    share = (caller.identity.key, caller.identity.on_behalf_of, request_id)
    begin_work(Work(share, usage=usage))
    return Context(
        identity=caller.identity,
        rights=caller.rights,
        request_id=request_id,
        services=services,
        loaders=_loaders(services),
        usage=usage,
        withdrawals=services.waits.withdrawals,
        expires_at=caller.expires_at,
    )


def open_read_context(services: Services, rights: Rights, request_id: str) -> ReadContext:
    """The same for a state that all callers with these rights follow together.

    The calling task goes on working for all of them, but the usage is that of the context.
    """
    usage = _usage(services)
    work = Work(usage=usage)
    work.join(current_work())
    begin_work(work)
    return ReadContext(
        rights=rights,
        request_id=request_id,
        services=services,
        loaders=_loaders(services),
        usage=usage,
    )


def _usage(services: Services) -> Usage:
    return Usage(services.limits.calls_per_request, services.limits.accounts_per_request)


def _loaders(services: Services) -> Loaders:
    lately_made = services.operations.lately_made
    return Loaders(services.gateway, services.runs, services.cleanup, lately_made)
