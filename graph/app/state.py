"""What a running application has open, and whom it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection, Request

from graph.auth import Authenticator, Credentials, Peer, Rejected, credentials
from graph.concurrency import (
    Bill,
    Budget,
    OverBudget,
    ReceivedBytes,
    Work,
    begin_work,
    current_work,
)
from graph.context import Context, ReadContext, Services, open_context, open_read_context
from graph.model.caller import Caller, Rights
from graph.model.errors import ApiError, Throttled
from graph.model.limits import ServerLimits
from graph.observability.metrics import AUTHENTICATIONS, AUTHENTICATIONS_REJECTED, LIMITED
from graph.server.access_log import note_caller, note_rejection


@dataclass
class ApplicationState:
    """What the lifespan opens: None before and after it."""

    version: str
    limits: ServerLimits = field(default_factory=ServerLimits)
    services: Services | None = None
    auth: Authenticator | None = None
    stopping: bool = False
    bodies: ReceivedBytes = field(init=False)
    """What has arrived of the bodies of requests, of GraphQL and REST together."""

    def __post_init__(self) -> None:
        self.bodies = ReceivedBytes.of_bodies(self.limits.body_bytes)
        self._budget = Budget(self.limits.call_budget, self.limits.calls_per_second)

    async def identify(
        self, connection: HTTPConnection, payload: Mapping[str, Any] | None
    ) -> Caller:
        """Identifies the caller by headers, or by the payload of a socket's connection_init."""
        if self.auth is None:
            raise RuntimeError("the application is not open")
        peer = Peer(*connection.client) if connection.client else Peer()
        given = Credentials()
        try:
            given = credentials(connection.headers, payload)
            caller = await self._in_turn(self.auth, given, peer)
        except Rejected as error:
            AUTHENTICATIONS.labels(given.kind, "rejected").inc()
            AUTHENTICATIONS_REJECTED.labels(given.kind, error.kind).inc()
            note_rejection(connection.scope, error.reason)
            raise
        except Throttled:
            AUTHENTICATIONS.labels(given.kind, "throttled").inc()
            LIMITED.labels("tokens").inc()
            raise
        AUTHENTICATIONS.labels(given.kind, "ok").inc()
        note_caller(connection.scope, caller.identity)
        return caller

    async def _in_turn(self, auth: Authenticator, given: Credentials, peer: Peer) -> Caller:
        """The caller, when it is its turn. From now on the calling task works for it."""
        caller = await auth.authenticate(given, peer)
        share = (caller.identity.key, caller.identity.on_behalf_of)
        if current_work().shares != [share]:
            begin_work(Work(share))
            replaced = auth.replaced
            await asyncio.sleep(0)  # what follows, such as parsing, takes the caller's own turns
            if auth.replaced != replaced:
                return await auth.authenticate(given, peer)
        return caller

    def charge(self, caller: Caller, calls: int) -> Bill:
        """Charges calls to AWS to a caller. Raises OverBudget."""
        try:
            return self._budget.charge(caller.identity.key, caller.identity.on_behalf_of, calls)
        except OverBudget:
            LIMITED.labels("call_budget").inc()
            raise

    async def may_see_reasons(self, request: Request) -> bool:
        """Whether the request is an operator's: one with a key that may read the audit trail."""
        try:
            return (await self.identify(request, None)).rights.may_audit
        except ApiError:
            return False

    def context(self, caller: Caller, request_id: str) -> Context:
        if self.services is None:
            raise RuntimeError("the application is not open")
        return open_context(self.services, caller, request_id)

    def read_context(self, rights: Rights, request_id: str) -> ReadContext:
        if self.services is None:
            raise RuntimeError("the application is not open")
        return open_read_context(self.services, rights, request_id)
