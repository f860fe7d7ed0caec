"""Completes the events of a subscription by the plan of its only field, without an executor."""

from __future__ import annotations

from functools import partial
from typing import Any

from graphql import GraphQLObjectType, is_non_null_type, is_object_type
from graphql.execution.collect_fields import FieldDetails, collect_fields
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from graph.transport.execution.pacing import Later, Pacer
from graph.transport.execution.planned import PlannedExecutor
from graph.transport.execution.plans.cache import PlansInUse
from graph.transport.execution.plans.loads import Loads
from graph.transport.execution.plans.plan import Bound


class PlannedEvents:
    """The field of a subscription, whose value is the event itself."""

    def __init__(
        self,
        plans: PlansInUse,
        pacer: Pacer,
        key: str,
        kind: GraphQLObjectType,
        details: list[FieldDetails],
    ) -> None:
        self._plans, self._pacer = plans, pacer
        self._key, self._kind, self._details = key, kind, details
        self._found: Bound | None = None
        """The plan, once it is known to complete whole events."""
        self.waits = False
        """Whether there was no time to compile the plan at the last event."""

    def data(self, event: Any) -> dict[str, Any] | Later | None:
        """The data of an event; None if it has to be executed; or either of them, later."""
        bound = self._found
        if bound is None or bound.plan.dropped:
            bound = self._found = self._find()
            if bound is None:
                return None
        loads = bound.loads()
        try:
            value = bound.complete(event, loads)
        except Exception as error:  # noqa: BLE001 - met again by the execution, which reports it
            self._plans.failed(bound, error)
            return None
        if loads:
            return Later(partial(self._loaded, bound, loads, value))
        self._plans.succeeded(bound)
        return {self._key: value}

    def _find(self) -> Bound | None:
        bound = self._plans.find(self._kind, self._details)
        if bound is None:
            self.waits = self._plans.waits(self._kind, self._details)
            return None
        return None if bound.plan.others else bound

    async def prepare(self) -> None:
        """Compiles the plan for the next event, once there is time.

        Where many subscriptions have their events at once, there may never be time at one.
        """
        await self._pacer.pause()
        self._plans.find(self._kind, self._details)
        self.waits = False

    async def _loaded(self, bound: Bound, loads: Loads, value: Any) -> dict[str, Any] | None:
        try:
            await loads.finish(bound.resume, self._pacer)
        except Exception as error:  # noqa: BLE001 - the same
            self._plans.failed(bound, error)
            return None
        self._plans.succeeded(bound)
        return {self._key: value}


def planned_events(executor: PlannedExecutor) -> PlannedEvents | None:
    """None if nothing is compiled, or the value of the field is no object."""
    root = executor.schema.subscription_type
    if executor.plans is None or root is None:
        return None
    fields = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    ).grouped_field_set
    if len(fields) != 1:
        return None
    ((key, details),) = fields.items()
    field = root.fields[details[0].node.name.value]
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    kind = field.type.of_type if is_non_null_type(field.type) else field.type
    if not isinstance(definition, StrawberryField) or not definition.is_subscription:
        return None
    if not is_object_type(kind):
        return None
    return PlannedEvents(executor.plans, executor.pacer, key, kind, details)
