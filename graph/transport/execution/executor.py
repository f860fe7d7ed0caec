"""Executes operations with graphql-core: one result, or one per event of a subscription."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Mapping
from contextlib import nullcontext
from inspect import isawaitable
from typing import Any, Final, NamedTuple, TypeGuard, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    create_source_event_stream,
    default_field_resolver,
    default_type_resolver,
    execute_root_selection_set,
    execute_subscription_event,
    get_variable_values,
)
from strawberry.execution import optimized_is_awaitable

from graph.transport.execution.errors import shown
from graph.transport.execution.events import planned_events
from graph.transport.execution.pacing import Later
from graph.transport.execution.planned import PlannedExecutor
from graph.transport.execution.plans.arguments import NO_VARIABLES
from graph.transport.execution.plans.cache import OfExecutors, PlansInUse
from graph.transport.execution.request import Operation, OperationRequest, RequestError, State
from graph.transport.execution.schema import Schema
from graph.transport.status import Stage

_EXECUTED: Final = (Stage.COMPLETE, Stage.PARTIAL)
_IS_AWAITABLE: Final = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


class Result(NamedTuple):
    """One result, with errors that may be shown."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    stage: Stage
    sequence: int | str | None = None
    """The number of the event that it shows, for a state that can be resumed."""
    subject: Hashable = None
    """What the event is about, where a subscription follows several."""
    opens: bool = False
    """Whether a client needs nothing that came before."""

    @property
    def executed(self) -> bool:
        """False for a request error: the response has no entry for data then."""
        return self.stage in _EXECUTED

    def formatted(self) -> dict[str, Any]:
        """The members of a GraphQL response."""
        response: dict[str, Any] = {"data": self.data} if self.executed else {}
        if self.errors:
            response["errors"] = [error.formatted for error in self.errors]
        return response


def refused(schema: Schema, error: RequestError, request_id: str) -> Result:
    """The result of a request that is not executed."""
    return Result(None, shown(error.errors, schema.code_of, request_id), error.stage)


async def execute(
    schema: Schema, operation: Operation, request: OperationRequest, context: Any
) -> Result:
    """The result of a query or mutation."""
    executor = _executor(schema, operation, request.variables, context)
    if isinstance(executor, list):
        return refused(schema, RequestError(executor), request.request_id)
    with executor.plans or nullcontext():
        result = execute_root_selection_set(executor)
        if isawaitable(result):
            result = await result
    return _showable(schema, result, request.request_id)


async def subscribe(
    schema: Schema, operation: Operation, request: OperationRequest, context: Any
) -> AsyncGenerator[Result, None]:
    """A result for each event. Closing the generator closes the source of the events.

    All events have the context of the subscription, whose resolver prepares it for each: what was
    read for one event must not be shown with the next.
    """
    executor = _executor(schema, operation, request.variables, context)
    if isinstance(executor, list):
        yield refused(schema, RequestError(executor), request.request_id)
        return
    source = create_source_event_stream(executor)
    if isawaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        yield refused(schema, RequestError(source.errors or []), request.request_id)
        return
    try:
        planned, about = planned_events(executor), _about(operation.state)
        async for event in source:
            with executor.plans or nullcontext():
                data = planned.data(event) if planned else None
                if isinstance(data, Later):
                    data = await data
                executed = None if data is not None else await _executed(executor, event)
            if executed is None:
                yield Result(data, [], Stage.COMPLETE, *about(event))
            else:
                yield _showable(schema, executed, request.request_id, *about(event))
            if planned is not None and planned.waits:
                await planned.prepare()
    except Exception as error:  # noqa: BLE001 - a boundary; ``shown`` logs it
        broken = GraphQLError(str(error), original_error=error)
        yield refused(schema, RequestError([broken]), request.request_id)
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _executor(
    schema: Schema, operation: Operation, variables: Mapping[str, Any], context: Any
) -> PlannedExecutor | list[GraphQLError]:
    """The executor, or the errors of the variables."""
    plans = operation.plans
    common = None if plans is None else plans.of_executors
    if common is None:
        executor = _built(schema, operation, variables, context)
    else:
        executor = _like_the_last(schema, operation, variables, context, common)
    if isinstance(executor, list):
        return executor
    executor.pacer = schema.pacer
    if plans is not None:
        plans.of_executors = OfExecutors(executor.fragment_definitions, executor.fragments)
        values = executor.variable_values
        executor.plans = PlansInUse(plans, values, context, schema.pacer.is_due)
    return executor


def _built(
    schema: Schema, operation: Operation, variables: Mapping[str, Any], context: Any
) -> PlannedExecutor | list[GraphQLError]:
    name = operation.definition.name
    executor = PlannedExecutor.build(
        schema.core,
        operation.document,
        context_value=context,
        raw_variable_values=dict(variables),
        operation_name=name.value if name else None,
        max_coercion_errors=schema.limits.errors,
        is_awaitable=_IS_AWAITABLE,
        hide_suggestions=True,
    )
    # Of the class that builds it.
    return executor if isinstance(executor, list) else cast("PlannedExecutor", executor)


def _like_the_last(
    schema: Schema,
    operation: Operation,
    variables: Mapping[str, Any],
    context: Any,
    common: OfExecutors,
) -> PlannedExecutor | list[GraphQLError]:
    """The same without looking through the document again."""
    definition = operation.definition
    values = (
        NO_VARIABLES
        if not definition.variable_definitions
        else get_variable_values(
            schema.core,
            definition.variable_definitions,
            dict(variables),
            max_errors=schema.limits.errors,
            hide_suggestions=True,
        )
    )
    if isinstance(values, list):
        return values
    return PlannedExecutor(
        schema.core,
        *common,
        None,
        context,
        definition,
        values,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=_IS_AWAITABLE,
        hide_suggestions=True,
    )


async def _executed(executor: PlannedExecutor, event: Any) -> ExecutionResult:
    result = execute_subscription_event(_for_event(executor, event))
    return await result if isawaitable(result) else result


def _for_event(executor: PlannedExecutor, event: Any) -> PlannedExecutor:
    """An executor for one event of a subscription.

    Not ``build_per_event_executor``: it shares the memo of sub-fields among all events, which grows
    with each and never hits.
    """
    for_event = PlannedExecutor(
        executor.schema,
        executor.fragment_definitions,
        executor.fragments,
        event,
        executor.context_value,
        executor.operation,
        executor.variable_values,
        executor.field_resolver,
        executor.type_resolver,
        executor.subscribe_field_resolver,
        is_awaitable=executor.is_awaitable,
        hide_suggestions=executor.hide_suggestions,
    )
    for_event.pacer, for_event.plans = executor.pacer, executor.plans
    return for_event


_About = tuple[int | str | None, Hashable, bool]
"""What is known of an event beside its result: sequence, subject, and whether it opens."""


def _about(state: State | None) -> Callable[[Any], _About]:
    if state is None or state == State():
        return lambda _event: (None, None, False)
    subject_of, resumption = state.subject_of or (lambda _event: None), state.resumption
    if resumption is None:
        return lambda event: (None, subject_of(event), False)
    sequence_of, opens = resumption.sequence_of, resumption.opens or (lambda _event: False)
    return lambda event: (sequence_of(event), subject_of(event), opens(event))


def _showable(
    schema: Schema,
    result: ExecutionResult,
    request_id: str,
    sequence: int | str | None = None,
    subject: Hashable = None,
    opens: bool = False,  # noqa: FBT001, FBT002 - of ``_About``
) -> Result:
    errors = shown(result.errors, schema.code_of, request_id) if result.errors else []
    stage = Stage.PARTIAL if errors else Stage.COMPLETE
    return Result(result.data, errors, stage, sequence, subject, opens)
