"""What clients may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, cast

import strawberry

from graph.model.caller import Caller
from graph.model.errors import Invalid, NotFound
from graph.resolvers import locations, movers, operations, runs
from graph.schema.connections import After, Connection, First
from graph.schema.fields import Info, attribute
from graph.schema.ids import decode
from graph.schema.locations import of_its_kind
from graph.schema.node import Node
from graph.schema.nodes import Account, Group, Mover, Operation, Run
from graph.schema.operations import OperationFilter, operations_page
from graph.schema.scalars import AccountId

_NODES: Final = 100


@strawberry.type(description="Who the server takes the caller for.")
class Viewer:
    value: strawberry.Private[Caller]
    name: str = attribute("name", "Of the key; goes into logs and operations.")
    on_behalf_of: str | None = attribute(
        "on_behalf_of", "Whom the caller says it acts for, where its key is trusted to say so."
    )
    may_write: bool = attribute("may_write", "False: nothing may be created or changed.")

    @strawberry.field(description="The accounts its key is limited to; empty where it is not.")
    def accounts(self) -> list[AccountId]:
        return [AccountId(account_id) for account_id in sorted(self.value.accounts or ())]

    @strawberry.field(description="The groups its key is limited to; empty where it is not.")
    def groups(self) -> list[str]:
        return sorted(self.value.groups or ())


@strawberry.type(description="The server itself.")
class ServerInfo:
    version: str = strawberry.field(description="Of this software.")
    region: str = strawberry.field(description="The AWS region it works in.")
    org: str = strawberry.field(description="The organisation whose movers it shows.")


@strawberry.type
class Query:
    @strawberry.field(description="Who the server takes the caller for.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer(value=info.context.caller)

    @strawberry.field(
        description="The accounts that the server's settings or the caller's key name; empty "
        "where they allow any."
    )
    def accounts(self, info: Info) -> list[Account]:
        return [Account(value=account) for account in movers.list_accounts(info.context)]

    @strawberry.field(description="An account that lets the server in.")
    async def account(self, info: Info, id: AccountId) -> Account | None:  # noqa: A002
        return Account(value=await movers.find_account(info.context, id))

    @strawberry.field(description="A mover by its name.")
    async def mover(self, info: Info, account: AccountId, group: str, name: str) -> Mover | None:
        return Mover(value=await movers.find_mover(info.context, account, group, name))

    @strawberry.field(description="Anything by its id.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002
        return await _node(info, id)

    @strawberry.field(
        description=f"Up to {_NODES} things by their ids, in their order; null for what is gone, "
        "and for what fails, which has an error of its own then."
    )
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > _NODES:
            raise Invalid(f"{_NODES} ids at a time, not {len(ids)}", path=("ids",))
        found = await asyncio.gather(
            *(_node_or_none(info, node_id) for node_id in ids), return_exceptions=True
        )
        # An exception in the place of an item becomes an error with the path of that item.
        return cast("list[Node | None]", found)

    @strawberry.field(description="An operation that was accepted; forgotten some time after.")
    async def operation(self, info: Info, id: strawberry.ID) -> Operation | None:  # noqa: A002
        kind, key = decode(id)
        if kind != "Operation":
            raise Invalid(f"the id of an Operation is wanted, not of a {kind}", path=("id",))
        return Operation(value=await operations.get_operation(info.context, key))

    @strawberry.field(
        description="The operations that the caller may see, the newest first, until they are "
        "forgotten."
    )
    async def operations(
        self,
        info: Info,
        filter: OperationFilter | None = None,  # noqa: A002 - the argument's name in the schema
        first: First = 25,
        after: After = None,
    ) -> Connection[Operation] | None:
        return await operations_page(info, filter, first, after)

    @strawberry.field(description="The server itself.")
    def server(self, info: Info) -> ServerInfo:
        gateway = info.context.services.gateway
        return ServerInfo(
            version=info.context.services.version, region=gateway.region, org=gateway.org
        )


async def _node(info: Info, node_id: str) -> Node:
    kind, key = decode(node_id)
    find = _FINDERS.get(kind)
    if find is None:
        raise Invalid("this is not an id of this server", path=("id",))
    return await find(info, key)


async def _node_or_none(info: Info, node_id: str) -> Node | None:
    try:
        return await _node(info, node_id)
    except NotFound:
        return None


async def _account(info: Info, key: str) -> Node:
    return Account(value=await movers.find_account(info.context, key))


async def _group(info: Info, key: str) -> Node:
    account_id, _, name = key.partition(":")
    return Group(value=await movers.find_group(info.context, account_id, name))


async def _mover(info: Info, key: str) -> Node:
    return Mover(value=await movers.get_mover(info.context, key))


async def _run(info: Info, key: str) -> Node:
    return Run(value=await runs.get_visible_run(info.context, key))


async def _location(info: Info, key: str) -> Node:
    return of_its_kind(await locations.get_location(info.context, key))


async def _operation(info: Info, key: str) -> Node:
    return Operation(value=await operations.get_operation(info.context, key))


_FINDERS: Final[dict[str, Callable[[Info, str], Awaitable[Node]]]] = {
    "Account": _account,
    "Group": _group,
    "Mover": _mover,
    "Run": _run,
    "Location": _location,
    "Operation": _operation,
}
