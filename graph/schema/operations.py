"""Operations: the type, and their list with its filter and cursors."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

import strawberry

from graph.model import names
from graph.model import operation as model
from graph.model.words import EventLevel, FailureCode
from graph.resolvers import operations
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.connections import Connection, PageRequest, connection_of, page_of, window_of
from graph.schema.fields import Info, attribute, filter_text, loads, reads, word
from graph.schema.ids import bad_cursor, decode_cursor, encode, encode_cursor
from graph.schema.node import Node
from graph.schema.nodes import Account, Group, Mover, mover_or_none
from graph.schema.scalars import AccountId


@strawberry.type(description="A step in the course of an operation.")
class OperationEvent:
    id: strawberry.ID = strawberry.field(
        description="Unique, and the same whenever the operation is read. `node` does not find it."
    )
    level: EventLevel = strawberry.field(description="Whether the event is a step or a failure.")
    at: datetime = strawberry.field(description="When the step was recorded.")
    message: str = strawberry.field(description="What was done, in the words of the REST task log.")


@strawberry.type(description="Why an operation failed.")
class OperationFailure:
    value: strawberry.Private[model.OperationFailure]
    code: FailureCode | None = word(
        FailureCode,
        "code",
        "The kind of error; null for operations that an older version of the server ended.",
    )
    message: str = attribute(
        "message", "Why the operation failed and what to do about it, as text for people."
    )
    step: model.OperationStep | None = attribute(
        "step", "What the operation was doing; null if that is not known."
    )
    retryable: bool = attribute(
        "is_retryable",
        "Whether the same request may succeed later, without a change of its input or of "
        "permissions.",
    )


@strawberry.type(
    description="An accepted create or delete. It is recorded before it is acknowledged, survives "
    "restarts, and always ends as COMPLETED or FAILED. A create that failed has been rolled "
    "back."
)
class Operation(Node):
    value: strawberry.Private[model.Operation]
    kind: model.OperationKind = attribute(
        "kind", "Whether the operation creates, updates or deletes a mover."
    )
    status: model.OperationStatus = attribute(
        "status", "Whether the operation waits, is in progress, or has ended."
    )
    mover_name: str = attribute("mover_name", "The name of the mover, before a new one.")
    requested_by: str = attribute(
        "requested_by", "The key, and the end user if known, that requested the operation."
    )
    created_at: datetime = attribute("created_at", "When the operation was accepted.")
    ended_at: datetime | None = attribute(
        "ended_at", "When the operation ended; null until it has."
    )

    def key(self) -> str:
        return self.value.id

    @reads("The AWS account of the mover, in its region.")
    def account(self, info: Info) -> Account:
        return Account(value=operations.account_of(info.context, self.value))

    @reads("The group of the mover; null if the mover had none.")
    def group(self, info: Info) -> Group | None:
        group = operations.group_of(info.context, self.value)
        return None if group is None else Group(value=group)

    @reads("Why the operation failed; null unless it is FAILED.")
    def failure(self) -> OperationFailure | None:
        failure = self.value.failure
        return None if failure is None else OperationFailure(value=failure)

    @reads(
        "The steps of the operation so far, oldest first. The last event of a failed "
        "operation is its failure, with the level ERROR."
    )
    def events(self) -> list[OperationEvent]:
        value = self.value
        steps = [(EventLevel.INFO, event.at, event.message) for event in value.events]
        if value.failure is not None:
            at = value.ended_at or value.updated_at
            steps.append((EventLevel.ERROR, at, value.failure.message))
        return [
            OperationEvent(
                id=encode("OperationEvent", f"{value.id}/{index}"),
                level=level,
                at=at,
                message=message,
            )
            for index, (level, at, message) in enumerate(steps)
        ]

    @reads(
        "The `Mover.id` of the mover that was created or is deleted, also once it is "
        "gone; null until the mover exists, and after a create that failed."
    )
    def mover_id(self) -> strawberry.ID | None:
        task_arn = self.value.task_arn
        return None if task_arn is None else encode("Mover", task_arn)

    @loads("The mover that was created or is being deleted; null while it does not exist.")
    async def mover(self, info: Info) -> Mover | None:
        return await mover_or_none(info, self.value.task_arn) if self.value.task_arn else None


@strawberry.input(
    description="Selects operations. Members that are absent match everything; those that are set "
    "must all match."
)
class OperationFilter:
    account: AccountId | None = strawberry.field(
        default=None, description="Only operations in this AWS account."
    )
    region: str | None = strawberry.field(
        default=None, description="Only operations in this AWS region; in all if absent."
    )
    group: str | None = strawberry.field(
        default=None, description="Only operations on movers of this group."
    )
    mover_name: str | None = strawberry.field(
        default=None, description="Only operations on movers of this name."
    )
    kind: model.OperationKind | None = strawberry.field(
        default=None, description="Only operations of this kind."
    )
    status: model.OperationStatus | None = strawberry.field(
        default=None, description="Only operations in this state."
    )


OperationFilterArgument = Annotated[
    OperationFilter | None,
    strawberry.argument(description="Which operations to return; all if absent."),
]


async def operations_page(
    info: Info, given: OperationFilter | None, asked: PageRequest
) -> Connection[Operation]:
    """A page of operations. Its cursors stay valid after their operations were forgotten."""
    window = window_of(asked, _place)
    found = await operations.list_operations(info.context, _filter(given), window.and_one_more())
    page = page_of([(_cursor(own), operation) for own, operation in found], window)
    return connection_of(page, lambda operation: Operation(value=operation))


def _filter(given: OperationFilter | None) -> model.OperationFilter:
    if given is None:
        return model.OperationFilter()
    return model.OperationFilter(
        account_id=given.account and names.account_id(given.account, path=("filter", "account")),
        region=filter_text(given.region, "region"),
        group=filter_text(given.group, "group"),
        mover_name=filter_text(given.mover_name, "moverName"),
        kind=given.kind,
        status=given.status,
    )


def _cursor(place: model.OperationPlace) -> str:
    return encode_cursor("operations", f"{place.created_at!r} {place.id}")


def _place(cursor: str, argument: str) -> model.OperationPlace:
    key = decode_cursor("operations", cursor, argument=argument)
    moment, _, operation_id = key.partition(" ")
    try:
        created_at = float(moment)
    except ValueError:
        created_at = math.nan
    if not math.isfinite(created_at) or not operation_id:
        raise bad_cursor(argument)
    return model.OperationPlace(created_at, operation_id)
