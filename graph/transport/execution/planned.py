"""Executes what has been compiled, and leaves all else to graphql-core."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Sequence
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from graph.transport.execution.pacing import PacedExecutor
from graph.transport.execution.plans.cache import PlansInUse
from graph.transport.execution.plans.plan import Bound


class PlannedExecutor(PacedExecutor):
    """Completes lists and objects by their plans.

    A plan that meets anything unusual leaves the value to graphql-core, which starts it again from
    its resolved object: the errors, their paths and what becomes null are its own. Fields that may
    wait are left to it from the beginning.
    """

    plans: PlansInUse | None = None
    """None if nothing is compiled."""

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
        return self._complete_items(plans, bound, args, [], result)

    def _complete_items(
        self,
        plans: PlansInUse,
        bound: Bound,
        args: tuple[Any, ...],
        done: list[Any],
        left: Sequence[Any],
    ) -> Any:
        """Completes the items that are left in pieces, with pauses where time is up."""
        piece = bound.plan.piece
        try:
            for first in range(0, len(left), piece):
                if first and self.pacer.is_due():
                    more = (plans, bound, args, done, left[first:])
                    return self._later(self._complete_items, more, {})
                done += bound.complete(left[first : first + piece])
        except Exception as error:  # noqa: BLE001 - graphql-core meets it again, and reports it
            plans.failed(bound, error)
            return super().complete_list_value(*args)
        plans.succeeded(bound)
        return done

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
        try:
            values = bound.complete(result)
        except Exception as error:  # noqa: BLE001 - the same
            plans.failed(bound, error)
            return super().complete_object_value(*args)
        plans.succeeded(bound)
        if not bound.plan.others:
            return values
        grouped = self.collect_subfields(return_type, field_details_list).grouped_field_set
        others = {key: grouped[key] for key in values if key in bound.plan.others}
        rest = self.execute_fields(return_type, result, path, others, None)
        if self.is_awaitable(rest):
            return _Merged(values, rest)
        return values | rest


class _Merged(Awaitable[dict[str, Any]]):
    """The values of an object, some of which are awaited.

    No coroutine: what is cancelled before it is awaited would have to be closed.
    """

    def __init__(self, values: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> None:
        self._values, self._rest = values, rest

    def __await__(self) -> Generator[Any, Any, dict[str, Any]]:
        rest = yield from self._rest.__await__()
        return self._values | rest
