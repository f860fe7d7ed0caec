"""Executes what has been compiled, and leaves all else to graphql-core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Generator, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from graph.transport.execution.pacing import Later, PacedExecutor
from graph.transport.execution.plans.cache import PlansInUse
from graph.transport.execution.plans.loads import Loads
from graph.transport.execution.plans.outcomes import Fallback
from graph.transport.execution.plans.plan import Bound


class PlannedExecutor(PacedExecutor):
    """Completes lists and objects by their plans.

    A plan that meets anything unusual leaves the value to graphql-core, which starts it again from
    its resolved object: the errors, their paths and what becomes null are its own. Fields that may
    wait for anything but DataLoaders are left to it from the beginning.
    """

    plans: PlansInUse | None = None
    """None if nothing is compiled."""

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: None,
    ) -> Any:
        args = (parent_type, source, field_details_list, path, position_context)
        direct = None if self.plans is None else self.plans.direct(parent_type, field_details_list)
        try:
            arguments = None if direct is None else direct.arguments(self.variable_values)
        except Fallback:
            arguments = None
        if direct is None or arguments is None:
            return super().execute_field(*args)
        kind = direct.definition.type
        info = self.build_resolve_info(direct.definition, direct.nodes, parent_type, path)
        try:
            result = direct.resolve(source, info, arguments)
            value = (kind, field_details_list, info, path, result, position_context)
            if self.is_awaitable(result):
                return self.complete_awaitable_value(*value)
            completed = self.complete_value(*value)
        except Exception as error:  # noqa: BLE001 - of the resolver: the client's, or shown masked
            self.handle_field_error(error, kind, field_details_list, path)
            return None
        if self.is_awaitable(completed):
            return self._settled(completed, kind, field_details_list, path)
        return completed

    async def _settled(
        self,
        completed: Awaitable[Any],
        kind: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        path: Path,
    ) -> Any:
        """The value of a field, or null where it has an error."""
        try:
            return await completed
        except Exception as error:  # noqa: BLE001 - as in ``execute_field``
            self.handle_field_error(error, kind, field_details_list, path)
            return None

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        args = (return_type, field_details_list, info, path, result, position_context)
        plans = self.plans
        if plans is None or (result.__class__ is not list and result.__class__ is not tuple):
            return super().complete_list_value(*args)
        bound = plans.find(return_type, field_details_list)
        if bound is None:
            return super().complete_list_value(*args)
        if self.pacer.is_due():
            return self._later(self.complete_list_value, args, {})
        return self._complete_items(plans, bound, args, bound.loads(), [], result)

    def _complete_items(
        self,
        plans: PlansInUse,
        bound: Bound,
        args: tuple[Any, ...],
        loads: Loads | None,
        done: list[Any],
        left: Sequence[Any],
    ) -> Any:
        """Completes the items that are left in pieces, with pauses where time is up."""
        piece = bound.plan.piece
        try:
            for first in range(0, len(left), piece):
                if first and self.pacer.is_due():
                    more = (plans, bound, args, loads, done, left[first:])
                    return self._later(self._complete_items, more, {})
                done += bound.complete(left[first : first + piece], loads)
        except Exception as error:  # noqa: BLE001 - graphql-core meets it again, and reports it
            plans.failed(bound, error)
            return super().complete_list_value(*args)
        if loads:
            return Later(partial(self._loaded_items, plans, bound, loads, done, args))
        plans.succeeded(bound)
        return done

    async def _loaded_items(
        self,
        plans: PlansInUse,
        bound: Bound,
        loads: Loads,
        done: list[Any],
        args: tuple[Any, ...],
    ) -> Any:
        """The items, once all their fields are loaded."""
        error = await self._error_of(bound, loads)
        if error is None:
            plans.succeeded(bound)
            return done
        plans.failed(bound, error)
        value = super().complete_list_value(*args)
        return await value if self.is_awaitable(value) else value

    async def _error_of(self, bound: Bound, loads: Loads) -> Exception | None:
        """Completes what is loaded. Returns why that is left to graphql-core, if it is."""
        try:
            await loads.finish(bound.resume, self.pacer)
        except Exception as error:  # noqa: BLE001 - the same
            return error
        return None

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        args = (return_type, field_details_list, info, path, result, position_context)
        plans = self.plans
        bound = None if plans is None else plans.find(return_type, field_details_list)
        if plans is None or bound is None:
            return super().complete_object_value(*args)
        if isinstance(path.key, int) and self.pacer.is_due():
            return self._later(self.complete_object_value, args, {})
        loads = bound.loads()
        try:
            values = bound.complete(result, loads)
        except Exception as error:  # noqa: BLE001 - the same
            plans.failed(bound, error)
            return super().complete_object_value(*args)
        others = bound.plan.others
        rest: Any = self._fields(args, others & values.keys()) if others else {}
        if loads:
            loading = (plans, bound, loads, values, rest, args)
            return Later(partial(self._loaded_object, *loading))
        plans.succeeded(bound)
        if self.is_awaitable(rest):
            return _Merged(values, rest)
        return values | rest if rest else values

    def _fields(self, args: tuple[Any, ...], keys: Collection[str]) -> Any:
        """Some fields of an object, executed by graphql-core."""
        return_type, field_details_list, _, path, result, _ = args
        grouped = self.collect_subfields(return_type, field_details_list).grouped_field_set
        chosen = {key: details for key, details in grouped.items() if key in keys}
        return self.execute_fields(return_type, result, path, chosen, None)

    async def _loaded_object(
        self,
        plans: PlansInUse,
        bound: Bound,
        loads: Loads,
        values: dict[str, Any],
        rest: Any,
        args: tuple[Any, ...],
    ) -> dict[str, Any]:
        """The values of an object with the rest, once all fields are loaded."""
        failure: Any = None
        if self.is_awaitable(rest):
            both = asyncio.gather(self._error_of(bound, loads), rest, return_exceptions=True)
            failure, rest = await both
            if isinstance(rest, BaseException):
                raise rest
        else:
            failure = await self._error_of(bound, loads)
        if failure is None:
            plans.succeeded(bound)
            return {**values, **rest}
        if not isinstance(failure, Exception):
            raise failure
        plans.failed(bound, failure)
        again = self._fields(args, values.keys() - rest.keys())
        if self.is_awaitable(again):
            again = await again
        return {key: (rest if key in rest else again)[key] for key in values}


class _Merged(Awaitable[dict[str, Any]]):
    """The values of an object, some of which are awaited.

    No coroutine: what is cancelled before it is awaited would have to be closed.
    """

    def __init__(self, values: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> None:
        self._values, self._rest = values, rest

    def __await__(self) -> Generator[Any, Any, dict[str, Any]]:
        rest = yield from self._rest.__await__()
        return self._values | rest
