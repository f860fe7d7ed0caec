"""The events of an account's activity."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model.mover import Mover as MoverValue
from graph.model.operation import Operation as OperationValue
from graph.resolvers.activity import Event, MoverIsGone, RunChange
from graph.schema.fields import attribute, reads
from graph.schema.ids import encode
from graph.schema.nodes import Mover, Run
from graph.schema.operations import Operation


@strawberry.interface(description="An event after which `activity` can be resumed.")
class Resumable:
    value: strawberry.Private[Event]
    cursor: str = attribute(
        "cursor",
        "Pass the cursor of the last event that was received as `after` when reconnecting. Several "
        "events may have the same one.",
    )


@strawberry.type(
    description="Anything may have changed: read again what is shown; all later changes follow. It "
    "is the first event, unless `after` was resumed. It comes again where events were lost, as the "
    "client read too slowly or the server could not see for a while what happened."
)
class Reset(Resumable):
    pass


@strawberry.type(
    description="A mover is new, has another status or other tags, or came into a followed group."
)
class MoverChanged(Resumable):
    changed: strawberry.Private[MoverValue]

    @reads("The mover as it is at the time of this event.")
    def mover(self) -> Mover:
        return Mover(value=self.changed)


@strawberry.type(
    description="A mover was deleted, or moved to a group that is not followed or not visible."
)
class MoverRemoved(Resumable):
    removed: strawberry.Private[MoverIsGone]

    @reads("The `Mover.id` of the mover.")
    def mover_id(self) -> strawberry.ID:
        return encode("Mover", self.removed.task_arn)


@strawberry.type(
    description="A run has begun, has changed, or has ended. Comes at most once a second per run."
)
class RunChanged(Resumable):
    changed: strawberry.Private[RunChange]

    @reads("The run as it is at the time of this event.")
    def run(self) -> Run:
        return Run(value=self.changed.run, measured=self.changed.progress)


@strawberry.type(description="An operation was accepted, has made a step, or has ended.")
class OperationChanged(Resumable):
    changed: strawberry.Private[OperationValue]

    @reads("The operation as it is at the time of this event.")
    def operation(self) -> Operation:
        return Operation(value=self.changed)


ActivityEvent = Annotated[
    MoverChanged | MoverRemoved | RunChanged | OperationChanged | Reset,
    strawberry.union("ActivityEvent", description="Something that has changed in an account."),
]


def shown(event: Event) -> MoverChanged | MoverRemoved | RunChanged | OperationChanged | Reset:
    """The event as an object of the schema."""
    value = event.value
    if value is None:
        return Reset(value=event)
    if isinstance(value, MoverValue):
        return MoverChanged(value=event, changed=value)
    if isinstance(value, MoverIsGone):
        return MoverRemoved(value=event, removed=value)
    if isinstance(value, RunChange):
        return RunChanged(value=event, changed=value)
    return OperationChanged(value=event, changed=value)
