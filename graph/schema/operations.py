"""Lists of operations: their filter, their cursors, their pages."""

from __future__ import annotations

import math

import strawberry

from graph.model import names
from graph.model import operation as model
from graph.model.errors import Invalid
from graph.resolvers import operations
from graph.schema.connections import MOST, Connection, Page, PageInfo, edges_of
from graph.schema.fields import Info
from graph.schema.ids import decode_cursor, encode_cursor
from graph.schema.nodes import Operation
from graph.schema.scalars import AccountId

_LONGEST = 256
"""Characters of a tag's value, and of a task's name."""


@strawberry.input(description="Which operations are wanted; what is absent does not matter.")
class OperationFilter:
    account: AccountId | None = strawberry.field(default=None, description="That they work in.")
    group: str | None = strawberry.field(default=None, description="Of their mover.")
    mover_name: str | None = strawberry.field(default=None, description="Of their mover.")
    kind: model.OperationKind | None = strawberry.field(default=None, description="What they do.")
    status: model.OperationStatus | None = strawberry.field(
        default=None, description="How they stand."
    )


async def operations_page(
    info: Info, given: OperationFilter | None, first: int, after: str | None
) -> Connection[Operation]:
    """A page, by a cursor that outlives its operation."""
    if not 1 <= first <= MOST:
        raise Invalid(f"first is 1 to {MOST}, not {first}", path=("first",))
    place = None if after is None else _place(after)
    # One more than is shown tells whether there is a next page.
    found = await operations.list_operations(info.context, _filter(given), first + 1, place)
    items = [(_cursor(own), operation) for own, operation in found[:first]]
    page = Page(
        items,
        PageInfo(
            has_next_page=len(found) > first,
            has_previous_page=after is not None,
            start_cursor=items[0][0] if items else None,
            end_cursor=items[-1][0] if items else None,
        ),
    )
    edges, nodes, page_info = edges_of(page, lambda operation: Operation(value=operation))
    return Connection(edges=edges, nodes=nodes, page_info=page_info)


def _filter(given: OperationFilter | None) -> model.OperationFilter:
    if given is None:
        return model.OperationFilter()
    return model.OperationFilter(
        account_id=given.account and names.account_id(given.account),
        group=_text(given.group, "group"),
        mover_name=_text(given.mover_name, "moverName"),
        kind=given.kind,
        status=given.status,
    )


def _text(given: str | None, name: str) -> str | None:
    """Not every store can be asked for a text with control characters."""
    if given is not None and not (given.isprintable() and len(given) <= _LONGEST):
        raise Invalid(f"{name} is at most {_LONGEST} printable characters", path=("filter", name))
    return given


def _cursor(place: model.OperationPlace) -> str:
    return encode_cursor(f"{place.created_at!r} {place.id}")


def _place(cursor: str) -> model.OperationPlace:
    moment, _, operation_id = decode_cursor(cursor).partition(" ")
    try:
        created_at = float(moment)
    except ValueError:
        created_at = math.nan
    if not math.isfinite(created_at) or not operation_id:
        raise Invalid("this is not a cursor of this server", path=("after",))
    return model.OperationPlace(created_at, operation_id)
