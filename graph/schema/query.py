"""The queries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, cast

import strawberry

from graph.model.caller import Caller
from graph.model.errors import Invalid
from graph.model.verbs import Verb
from graph.resolvers import accounts, agents, locations, movers, operations, runs, server, waiting
from graph.resolvers.server import ServerDescription
from graph.schema.agents import Agent
from graph.schema.arguments import (
    MOST,
    AccountNumber,
    AfterCursor,
    BeforeCursor,
    FirstOf25,
    GroupName,
    Last,
    MoverName,
    ObjectId,
    ObjectIds,
    OperationObjectId,
    Region,
    RunObjectId,
    TimeoutSeconds,
)
from graph.schema.audit import AuditFilterArgument, AuditRecord, audit_page
from graph.schema.choices import ChoiceQueries
from graph.schema.connections import Connection, page_request
from graph.schema.fields import CallerInfo, Info, attribute, or_null, reads
from graph.schema.ids import NOT_AN_ID, decode, expect
from graph.schema.limits import Limits
from graph.schema.locations import of_its_kind
from graph.schema.node import Node
from graph.schema.nodes import Account, Group, Mover, Run
from graph.schema.operations import Operation, OperationFilterArgument, operations_page
from graph.schema.preflight import PreflightQueries
from graph.schema.scalars import AccountId


@strawberry.type(description="The caller as the server has authenticated it, and its rights.")
class Viewer:
    value: strawberry.Private[Caller]
    name: str = attribute(
        "identity.key",
        "The name of the caller's key, or issuer and subject of its token, as recorded in logs and "
        "operations.",
    )
    on_behalf_of: str | None = attribute(
        "identity.on_behalf_of",
        "The end user that the caller acts for, from X-Forwarded-User. Null if none is given, "
        "or if the key is not trusted to name one.",
    )
    may_audit: bool = attribute("rights.may_audit", "Whether the key may read the audit trail.")

    @reads(
        "Whether the key may create, change and delete movers of at least one group, which "
        "includes `mayRun` and `mayClean` there. `Mover.viewerCan` has what it may do with one."
    )
    def may_write(self) -> bool:
        return self.value.rights.may_somewhere(Verb.WRITE)

    @reads("Whether the key may start, stop and limit runs of at least one group.")
    def may_run(self) -> bool:
        return self.value.rights.may_somewhere(Verb.RUN)

    @reads("Whether the key may list and remove orphans of at least one group.")
    def may_clean(self) -> bool:
        return self.value.rights.may_somewhere(Verb.CLEAN)

    @reads(
        "The accounts that the key is limited to; null if it may use every account "
        "that the server serves, empty if it may use none."
    )
    def accounts(self) -> list[AccountId] | None:
        accounts = self.value.rights.accounts
        return None if accounts is None else [AccountId(each) for each in sorted(accounts)]

    @reads(
        "The groups that the key is limited to; null if it may use all groups, empty "
        "if it may use none."
    )
    def groups(self) -> list[str] | None:
        groups = self.value.rights.groups
        return None if groups is None else sorted(groups)

    @reads("The AWS regions that the key is limited to; null if all of `ServerInfo.regions`.")
    def regions(self) -> list[str] | None:
        regions = self.value.rights.regions
        return None if regions is None else sorted(regions)


@strawberry.type(description="The version and the fixed settings of this server.")
class ServerInfo:
    value: strawberry.Private[ServerDescription]
    version: str = attribute("version", "The version of datasync-api, such as `1.4.0`.")
    region: str = attribute(
        "region", "The default of `regions`: that of requests which name none, and of the REST API."
    )
    regions: list[str] = attribute(
        "regions", "The AWS regions in which the server manages movers, the default one first."
    )
    org: str = attribute(
        "org", "The organisation whose movers the server manages, as in the tag `spinup:org`."
    )

    @reads(
        "What one request and one caller may use. Requests that need more are rejected "
        "as TOO_COSTLY, THROTTLED or QUOTA_EXCEEDED."
    )
    def limits(self) -> Limits:
        return Limits(value=self.value.limits)


@strawberry.type(
    description="Fields that only read. An object that does not exist, or that the caller may not "
    "see, is null without an error, unless a field says otherwise. An error means that something "
    "failed."
)
class Query(PreflightQueries, ChoiceQueries):
    @strawberry.field(description="The authenticated caller: the name of its key and its rights.")
    def viewer(self, info: CallerInfo) -> Viewer:
        return Viewer(value=info.context.caller)

    @strawberry.field(
        description="The accounts named by the server's settings or by the caller's key. Empty "
        "if both allow any account; use `account` then."
    )
    def accounts(self, info: Info, region: Region = None) -> list[Account]:
        return [Account(value=each) for each in accounts.list_accounts(info.context, region)]

    @strawberry.field(
        description="One AWS account; null if the server does not serve it, or cannot assume the "
        "management role in it. The server's log says which."
    )
    async def account(
        self,
        info: Info,
        id: AccountNumber,  # noqa: A002
        region: Region = None,
    ) -> Account | None:
        found = await or_null(accounts.find_account(info.context, id, region), "id")
        return None if found is None else Account(value=found)

    @strawberry.field(description="One mover by its account, region, group and name.")
    async def mover(
        self,
        info: Info,
        account: AccountNumber,
        group: GroupName,
        name: MoverName,
        region: Region = None,
    ) -> Mover | None:
        mover = await or_null(movers.find_mover(info.context, account, group, name, region))
        return None if mover is None else Mover(value=mover)

    @strawberry.field(description="Any object by its global id.")
    async def node(self, info: Info, id: ObjectId) -> Node | None:  # noqa: A002
        return await or_null(_node(info, id))

    @strawberry.field(
        description=f"Up to {MOST} objects by their global ids, in the order of the ids. An "
        "object that is gone is null; one that could not be read is null with an error of its own."
    )
    async def nodes(self, info: Info, ids: ObjectIds) -> list[Node | None]:
        if len(ids) > MOST:
            raise Invalid(f"'ids' may have at most {MOST} items, not {len(ids)}.", path=("ids",))
        found = await asyncio.gather(
            *(or_null(_node(info, one), "ids", str(index)) for index, one in enumerate(ids)),
            return_exceptions=True,
        )
        # An exception instead of an item becomes an error with the path of that item.
        return cast("list[Node | None]", found)

    @strawberry.field(
        description="One operation by its global id. Ended operations are deleted after the "
        "server's `OPERATION_MINUTES` setting, by default an hour."
    )
    async def operation(self, info: Info, id: OperationObjectId) -> Operation | None:  # noqa: A002
        key = expect("Operation", id, path=("id",))
        found = await or_null(operations.get_operation(info.context, key))
        return None if found is None else Operation(value=found)

    @strawberry.field(
        description="The operations that the caller may see, newest first. Ended operations are "
        "deleted after a while, see `operation`."
    )
    async def operations(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: OperationFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Operation] | None:
        asked = page_request(first, after, last, before, usual=25)
        return await operations_page(info, filter, asked)

    @strawberry.field(
        description="The audit trail, newest first: who asked for which change, and its outcome. "
        "Requires a key with `audit = true`, and shows what happened in the accounts and "
        "groups that the key may see."
    )
    async def audit(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: AuditFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[AuditRecord] | None:
        asked = partial(page_request, first, after, last, before, usual=25)
        return await audit_page(info, filter, asked)

    @strawberry.field(
        description="Waits until the run has ended, and returns it as it is then, or as it is "
        "after `timeoutSeconds` or when the server stops: look at `outcome`, and ask again while "
        "it is null. For clients without subscriptions. Those who wait and those who subscribe "
        "share one poll of AWS."
    )
    async def wait_for_run(
        self, info: CallerInfo, run: RunObjectId, timeout_seconds: TimeoutSeconds = 30
    ) -> Run | None:
        run_arn = expect("Run", run, path=("run",))
        found = await or_null(waiting.wait_for_run(info.context, run_arn, timeout_seconds))
        return None if found is None else Run(value=found[0], measured=found[1])

    @strawberry.field(
        description="Waits until the operation is COMPLETED or FAILED, and returns it as it is "
        "then, or as it is after `timeoutSeconds` or when the server stops: look at `status`. "
        "For clients without subscriptions."
    )
    async def wait_for_operation(
        self, info: CallerInfo, operation: OperationObjectId, timeout_seconds: TimeoutSeconds = 30
    ) -> Operation | None:
        key = expect("Operation", operation, path=("operation",))
        found = await or_null(waiting.wait_for_operation(info.context, key, timeout_seconds))
        return None if found is None else Operation(value=found)

    @strawberry.field(description="The server that answers: its version, regions and organisation.")
    def server(self, info: Info) -> ServerInfo:
        return ServerInfo(value=server.describe(info.context))


async def _node(info: Info, node_id: str) -> Node:
    kind, key = decode(node_id)
    find = _FINDERS.get(kind)
    if find is None:
        raise Invalid(NOT_AN_ID, path=("id",))
    return await find(info, key)


async def _account(info: Info, key: str) -> Node:
    return Account(value=await accounts.get_account(info.context, key))


async def _group(info: Info, key: str) -> Node:
    return Group(value=await movers.get_group(info.context, key))


async def _mover(info: Info, key: str) -> Node:
    return Mover(value=await movers.get_mover(info.context, key))


async def _run(info: Info, key: str) -> Node:
    return Run(value=await runs.get_visible_run(info.context, key))


async def _location(info: Info, key: str) -> Node:
    return of_its_kind(await locations.get_location(info.context, key))


async def _agent(info: Info, key: str) -> Node:
    return Agent(value=await agents.get_agent(info.context, key))


async def _operation(info: Info, key: str) -> Node:
    return Operation(value=await operations.get_operation(info.context, key))


_FINDERS: Final[dict[str, Callable[[Info, str], Awaitable[Node]]]] = {
    "Account": _account,
    "Group": _group,
    "Mover": _mover,
    "Run": _run,
    "Location": _location,
    "Agent": _agent,
    "Operation": _operation,
}
