"""The results of an operation, each as the JSON that every transport sends in its own frame."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import orjson
from graphql import OperationType

from graph.concurrency import Bill, Share
from graph.model.errors import INTERNAL_ERROR
from graph.transport.execution.backlog import Member, NewestOfEach
from graph.transport.execution.billing import Charge, bill_of, calls_of, cost_of, free_of_charge
from graph.transport.execution.executor import Result, execute, refused, subscribe
from graph.transport.execution.groups import Executions, Groups, Membership
from graph.transport.execution.request import Operation, OperationRequest, RequestError
from graph.transport.execution.schema import Schema
from graph.transport.execution.sharing import SharedOperation
from graph.transport.execution.spans import note_failures, operation_span
from graph.transport.report import NO_FIELD, Context, Failures, Report, Summary, failures_of
from graph.transport.status import Stage

log = logging.getLogger(__name__)

MakeContext = Callable[[Any, str], Any]
"""What resolvers are given, by identity and request id: a new one for each operation. See
``graph.transport.report.Context``."""
NamesOf = Callable[[Any], frozenset[Hashable]]
"""The names of an identity, by which its connections and executions are counted."""
ShareOf = Callable[[Any], Share]
"""Whose turns the operations of an identity take, see ``Work``."""
F = TypeVar("F")


@dataclass(eq=False, slots=True)
class Payload:
    """One result, encoded, with the forms in which it is sent. Not frozen: made for each event."""

    json: bytes
    stage: Stage
    errors: bytes | None = None
    """Of an operation that was not executed at all: the list of its errors."""
    failures: Failures | None = None
    """None if it is known to have none."""
    sequence: int | str | None = None
    """The number of the event, of a state that can be resumed."""
    subject: Hashable = None
    """What the event is about, where a subscription follows several."""
    opens: bool = False
    """Whether a client that has received it needs nothing that came before."""
    _forms: dict[Hashable, Any] | None = None

    def form(self, make: Callable[[bytes], F]) -> F:
        """``make(json)``, which is made once for all who send the payload."""
        if self._forms is None:
            self._forms = {}
        form: F | None = self._forms.get(make)
        if form is None:
            form = self._forms[make] = make(self.json)
        return form


class Following:
    """A subscriber that follows a state."""

    __slots__ = ("_executions", "_membership", "_names")

    def __init__(
        self,
        membership: Membership[Payload],
        executions: Executions,
        names: frozenset[Hashable],
    ) -> None:
        self._membership, self._names = membership, names
        self._executions: Executions | None = executions

    def reopen(self) -> None:
        """The subscriber has missed events."""
        self._membership.reopen()

    def leave(self) -> None:
        """Ends it. Can be repeated."""
        if self._executions is not None:
            self._executions.leave(self._names, self._membership.key)
            self._executions = None
        self._membership.leave()

    async def aclose(self) -> None:
        """The same; returns once the source is closed, if nobody follows it any more."""
        self.leave()
        await self._membership.aclose()


class Results:
    """Executes operations. Owns the mutations under way, and what groups of subscribers follow."""

    def __init__(
        self,
        schema: Schema,
        make_context: MakeContext,
        charge: Charge | None = None,
        *,
        rights_of: Callable[[Any], Hashable] = lambda identity: identity,
        make_shared_context: MakeContext | None = None,
        names_of: NamesOf = lambda identity: frozenset({identity}),
        share_of: ShareOf = lambda identity: (identity,),
        executions_per_caller: int = 500,
    ) -> None:
        """``charge``: charges an operation to its caller; None if nothing is charged.

        Subscribers to a state share its execution if their ``rights_of`` are equal. Its context is
        made from these rights by ``make_shared_context``; if that is None, by ``make_context``.
        What it does takes the turns of their ``share_of``.

        Each of the names of a caller may follow ``executions_per_caller`` different subscriptions.
        """
        self.schema, self._charge = schema, charge or free_of_charge()
        self._make_context, self._rights_of = make_context, rights_of
        self._make_shared_context = make_shared_context or make_context
        self._names_of, self._share_of = names_of, share_of
        self.executions = Executions(executions_per_caller)
        self._groups: Groups[Payload] = Groups(NewestOfEach)
        self._mutations: set[asyncio.Task[Payload]] = set()

    async def begin(
        self, request: OperationRequest, report: Report, member: Member[Payload]
    ) -> Following | AsyncGenerator[Payload, None]:
        """Begins an operation: a state is followed by the member, others have results to read.

        The member may be written to before this returns. An operation that is not executed has one
        result.
        """
        try:
            operation = await self.schema.prepared(request)
            report.summary = operation.summary
            if operation.state is not None:
                with operation_span(operation.summary, request, separate=_lasts(report)):
                    return self._follow(operation, request, member)
        except RequestError as error:
            return _only(self._refused(error, request))
        return self._results(operation, request, report)

    def _refused(self, error: RequestError, request: OperationRequest) -> Payload:
        return _encoded(refused(self.schema, error, request.request_id), None)

    async def _results(
        self, operation: Operation, request: OperationRequest, report: Report
    ) -> AsyncGenerator[Payload, None]:
        try:
            if operation.type is not OperationType.SUBSCRIPTION:
                yield await self.single(operation, request, report)
                return
            bill_of(self._charge, operation, request)
            context = partial(self._make_context, request.identity, request.request_id)
            with self.executions.followed(self._names_of(request.identity), object()):
                async with aclosing(self._events(operation, request, context)) as events:
                    async for payload in events:
                        yield payload
        except RequestError as error:
            yield self._refused(error, request)

    def _follow(
        self, operation: Operation, request: OperationRequest, member: Member[Payload]
    ) -> Following:
        """The price is charged once: others may share what the events need.

        Raises RequestError if the caller has no budget left, or follows too many.
        """
        bill_of(self._charge, operation, request)
        rights = self._rights_of(request.identity)
        shared = SharedOperation.of(operation, request)
        key = self._groups.key((shared.key, rights))
        if shared.after is not None:
            member = shared.resumed(member, shared.after)
        names = self._names_of(request.identity)
        context = partial(self._make_shared_context, rights, request.request_id)
        self.executions.join(names, key)
        try:
            membership = self._groups.join(
                key,
                lambda: self._events(*shared.opened(self.schema.documents), context),
                member,
                self._share_of(request.identity),
            )
        except BaseException:
            self.executions.leave(names, key)
            raise
        return Following(membership, self.executions, names)

    async def single(
        self, operation: Operation, request: OperationRequest, report: Report
    ) -> Payload:
        """The result of a query or mutation. Raises OperationThrottled.

        A mutation is not cancelled with the request that waits for it: halfway, it would leave
        behind what it has taken. ``aclose`` waits for it.
        """
        bill = bill_of(self._charge, operation, request)
        if operation.type is not OperationType.MUTATION:
            return await self._traced(operation, request, bill, report)
        # Owned by ``_mutations`` until it is done.
        task = asyncio.create_task(self._traced(operation, request, bill, report))
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            report.leave_to(task)
            raise

    async def aclose(self, seconds: float) -> None:
        """Waits for the mutations under way, and cancels those that take longer."""
        if self._mutations:
            _, late = await asyncio.wait(self._mutations, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _traced(
        self, operation: Operation, request: OperationRequest, bill: Bill, report: Report
    ) -> Payload:
        with operation_span(operation.summary, request, separate=_lasts(report)) as span:
            payload = await self._executed(operation, request, bill)
            note_failures(span, payload.failures)
            return payload

    async def _executed(
        self, operation: Operation, request: OperationRequest, bill: Bill
    ) -> Payload:
        context = None
        try:
            context = self._make_context(request.identity, request.request_id)
            result = await execute(self.schema, operation, request, context)
            extensions = None
            if request.with_cost:
                bill.settle(calls_of(context))
                cost = cost_of(operation, self.schema.limits, bill, calls_of(context))
                extensions = {"cost": cost}
            return _encoded(result, operation.summary, context, extensions)
        except Exception as error:  # noqa: BLE001 - a boundary: an error must not end the socket
            return _broken(request, error)
        finally:
            bill.settle(calls_of(context))

    async def _events(
        self, operation: Operation, request: OperationRequest, make_context: Callable[[], Any]
    ) -> AsyncGenerator[Payload, None]:
        try:
            context = make_context()
            async with aclosing(subscribe(self.schema, operation, request, context)) as results:
                async for result in results:
                    yield _encoded(result, operation.summary)
        except Exception as error:  # noqa: BLE001 - the same
            yield _broken(request, error)


def _lasts(report: Report) -> bool:
    """Whether many operations arrive on the connection."""
    return report.transport == "websocket"


async def _only(payload: Payload) -> AsyncGenerator[Payload, None]:
    yield payload


def _encoded(
    result: Result,
    summary: Summary | None,
    context: Context | None = None,
    extensions: dict[str, Any] | None = None,
) -> Payload:
    failures = failures_of(result.errors, summary) if result.errors else None
    if others := getattr(context, "failures", None):
        failures = others if failures is None else failures + others
    response = result.formatted()
    if extensions is not None:
        response["extensions"] = extensions
    errors = None if result.executed else orjson.dumps(response["errors"])
    event = (result.sequence, result.subject, result.opens)
    return Payload(orjson.dumps(response), result.stage, errors, failures, *event)


def _broken(request: OperationRequest, error: Exception) -> Payload:
    log.error("request %s failed unexpectedly", request.request_id, exc_info=error)
    extensions = {"code": "INTERNAL", "requestId": request.request_id}
    response = {"errors": [{"message": INTERNAL_ERROR, "extensions": extensions}]}
    failures = Counter({("INTERNAL", NO_FIELD): 1})
    return Payload(orjson.dumps(response), Stage.BROKEN, failures=failures)
