"""Account, Group, Mover, Run and Operation: they know each other, so they live together."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from graph.model import mover as mover_model
from graph.model import operation as operation_model
from graph.model import run as run_model
from graph.model.errors import NotFound
from graph.model.progress import Progress, measure
from graph.resolvers import movers, orphans, runs
from graph.schema.connections import After, Connection, First, cut, edges_of
from graph.schema.fields import Info, attribute
from graph.schema.locations import Location, shown
from graph.schema.node import Node
from graph.schema.options import TransferOptions
from graph.schema.orphans import Orphan
from graph.schema.progress import RunProgress, RunResult
from graph.schema.scalars import AccountId, Arn
from graph.schema.tag import Tag

strawberry.enum(
    operation_model.OperationKind,
    name="OperationKind",
    description="What an operation does.",
)
strawberry.enum(
    operation_model.OperationStatus,
    name="OperationStatus",
    description="How an operation stands. It always ends, COMPLETED or FAILED.",
)


@strawberry.type(description="An AWS account, in the region that the server works in.")
class Account(Node):
    value: strawberry.Private[mover_model.Account]
    account_id: AccountId = attribute("account_id", "Its 12 digits.")
    region: str = attribute("region", "The server's region.")

    def key(self) -> str:
        return self.value.account_id

    @strawberry.field(description="The groups that have a mover here, by name.")
    async def groups(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[Group] | None:
        found = await movers.list_groups(info.context, self.value.account_id)
        page = cut(found, first, after, lambda group: group.name, ordered=True)
        edges, nodes, page_info = edges_of(page, lambda group: Group(value=group))
        return Connection(edges=edges, nodes=nodes, page_info=page_info)

    @strawberry.field(description="A group that has a mover here.")
    async def group(self, info: Info, name: str) -> Group | None:
        group = await movers.find_group(info.context, self.value.account_id, name)
        return Group(value=group)

    @strawberry.field(description="The movers of all groups, by name.")
    async def movers(
        self, info: Info, first: First = 50, after: After = None
    ) -> MoverConnection | None:
        found = await movers.list_movers(info.context, self.value.account_id)
        return _movers(found, first, after)

    @strawberry.field(
        description="What movers left behind here, the locations first. Costs a call to AWS for "
        "each task and each S3 location."
    )
    async def orphans(self, info: Info) -> list[Orphan] | None:
        found = await orphans.list_orphans(info.context, self.value.account_id)
        return [Orphan(value=orphan) for orphan in found]


@strawberry.type(description="The movers of one account that carry the same group tag.")
class Group(Node):
    value: strawberry.Private[mover_model.Group]
    name: str = attribute("name", "The tag's value.")

    def key(self) -> str:
        return f"{self.value.account.account_id}:{self.value.name}"

    @strawberry.field(description="The account it is in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @strawberry.field(description="Its movers, by name.")
    async def movers(
        self, info: Info, first: First = 50, after: After = None
    ) -> MoverConnection | None:
        account_id = self.value.account.account_id
        found = await movers.list_movers(info.context, account_id, self.value.name)
        return _movers(found, first, after)


@strawberry.type(description="When DataSync starts a mover by itself.")
class Schedule:
    value: strawberry.Private[mover_model.Schedule]
    expression: str = attribute("expression", "`cron(..)` or `rate(..)`, in UTC.")
    status: str | None = attribute("status", "ENABLED or DISABLED, or a newer word.")
    disabled_by: str | None = attribute(
        "disabled_by", "SERVICE where DataSync gave up after repeated failures; USER otherwise."
    )
    disabled_reason: str | None = attribute("disabled_reason", "AWS's text.")


@strawberry.type(description="A DataSync task with its two locations.")
class Mover(Node):
    value: strawberry.Private[mover_model.Mover]
    name: str = attribute("name", "Unique in its group.")
    task_arn: Arn = attribute("task_arn", "Of its task.")
    status: str = attribute(
        "status", "AVAILABLE, CREATING, QUEUED, RUNNING, UNAVAILABLE, or a newer word."
    )
    mode: str = attribute("mode", "BASIC or ENHANCED, or a newer word.")

    def key(self) -> str:
        return self.value.task_arn

    @strawberry.field(description="The account it is in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @strawberry.field(description="Null where its group tag was taken away.")
    def group(self) -> Group | None:
        name = self.value.group
        return None if name is None else Group(value=mover_model.Group(self.value.account, name))

    @strawberry.field(description="Its tags, without those that only the server reads.")
    def tags(self) -> list[Tag]:
        return [Tag(key=tag.key, value=tag.value) for tag in self.value.shown_tags]

    @strawberry.field(description="When it was made.")
    async def created_at(self, info: Info) -> datetime | None:
        return (await self._task(info)).created_at

    @strawberry.field(description="Where objects come from; null where the location is gone.")
    async def source(self, info: Info) -> Location | None:
        task = await self._task(info)
        return shown(await info.context.loaders.location.load(task.source_arn))

    @strawberry.field(description="Where objects go; null where the location is gone.")
    async def destination(self, info: Info) -> Location | None:
        task = await self._task(info)
        return shown(await info.context.loaders.location.load(task.destination_arn))

    @strawberry.field(description="How it transfers.")
    async def options(self, info: Info) -> TransferOptions | None:
        return TransferOptions(value=(await self._task(info)).options)

    @strawberry.field(description="Patterns of what is transferred; empty means everything.")
    async def includes(self, info: Info) -> list[str] | None:
        return list((await self._task(info)).includes)

    @strawberry.field(description="Patterns of what is left out.")
    async def excludes(self, info: Info) -> list[str] | None:
        return list((await self._task(info)).excludes)

    @strawberry.field(description="Null where it is started by hand only.")
    async def schedule(self, info: Info) -> Schedule | None:
        schedule = (await self._task(info)).schedule
        return None if schedule is None else Schedule(value=schedule)

    @strawberry.field(description="AWS's code of what is wrong with the task itself.")
    async def error_code(self, info: Info) -> str | None:
        return (await self._task(info)).error_code

    @strawberry.field(description="AWS's text of what is wrong with the task itself.")
    async def error_detail(self, info: Info) -> str | None:
        return (await self._task(info)).error_detail

    @strawberry.field(description="The run that is active now, started by anyone.")
    async def current_run(self, info: Info) -> Run | None:
        run = await runs.current_run(info.context, self.value)
        return None if run is None else Run(value=run)

    @strawberry.field(description="The last run, active or ended; null where there was none.")
    async def last_run(self, info: Info) -> Run | None:
        run_arn = await runs.latest_run(info.context, self.value.task_arn)
        return None if run_arn is None else Run(value=await runs.get_run(info.context, run_arn))

    @strawberry.field(description="The runs of the last 30 days, the newest first.")
    async def runs(
        self, info: Info, first: First = 25, after: After = None
    ) -> Connection[Run] | None:
        refs = await runs.list_runs(info.context, self.value.task_arn)
        page = cut(refs, first, after, lambda ref: ref.run_arn, ordered=False)
        found = await info.context.loaders.run.load_many([ref.run_arn for _, ref in page.items])
        by_arn = {run.run_arn: run for run in found}
        edges, nodes, page_info = edges_of(page, lambda ref: Run(value=by_arn[ref.run_arn]))
        return Connection(edges=edges, nodes=nodes, page_info=page_info)

    @strawberry.field(description="One run by its id, such as `exec-0123456789abcdef0`.")
    async def run(self, info: Info, run_id: str) -> Run | None:
        return Run(value=await runs.find_run(info.context, self.value, run_id))

    async def _task(self, info: Info) -> mover_model.Task:
        return await info.context.loaders.task.load(self.value.task_arn)


@strawberry.type(description="A page of movers.")
class MoverConnection(Connection[Mover]):
    total_count: int = strawberry.field(description="Of all pages together.")


@strawberry.type(description="One execution of a mover's task.")
class Run(Node):
    value: strawberry.Private[run_model.Run]
    measured: strawberry.Private[Progress | None] = None
    run_id: str = attribute("run_id", "Unique in its mover, such as `exec-0123456789abcdef0`.")
    execution_arn: Arn = attribute("run_arn", "Of the task execution.")
    status: str = attribute(
        "status",
        "QUEUED, LAUNCHING, PREPARING, TRANSFERRING, VERIFYING, CANCELLING, SUCCESS, ERROR, "
        "or a newer word.",
    )
    mode: str = attribute("mode", "BASIC or ENHANCED, or a newer word.")
    outcome: run_model.Outcome | None = attribute("outcome", "Null until the run has ended.")
    requested_at: datetime | None = attribute("requested_at", "When it was asked for.")
    launched_at: datetime | None = attribute("launched_at", "When it really began.")
    ended_at: datetime | None = attribute("ended_at", "Null until the run has ended.")

    def key(self) -> str:
        return self.value.run_arn

    @strawberry.field(description="The mover it is a run of; null where that is gone.")
    async def mover(self, info: Info) -> Mover | None:
        return await _mover(info, self.value.task_arn)

    @strawberry.field(description="How far it is.")
    def progress(self, info: Info) -> RunProgress:
        progress = self.measured or runs.live_progress(info.context, self.value)
        return RunProgress(
            value=progress or measure(self.value, datetime.now(UTC)), counters=self.value.counters
        )

    @strawberry.field(description="What AWS says of how it went; null before it says anything.")
    def result(self) -> RunResult | None:
        return None if self.value.result is None else RunResult(value=self.value.result)

    @strawberry.field(description="The options it ran with.")
    def options(self) -> TransferOptions:
        return TransferOptions(value=self.value.options)

    @strawberry.field(description="Who started it, where this server did.")
    async def started_by(self, info: Info) -> str | None:
        return await runs.started_by(info.context, self.value.run_arn)

    @strawberry.field(description="Who cancelled it, where this server did.")
    async def cancelled_by(self, info: Info) -> str | None:
        return await runs.cancelled_by(info.context, self.value.run_arn)


@strawberry.type(description="A moment in the course of an operation.")
class OperationEvent:
    at: datetime = strawberry.field(description="When.")
    message: str = strawberry.field(description="What.")


@strawberry.type(
    description="A create or delete that the server has taken on and will finish, "
    "whatever happens to the process."
)
class Operation(Node):
    value: strawberry.Private[operation_model.Operation]
    kind: operation_model.OperationKind = attribute("kind", "What it does.")
    status: operation_model.OperationStatus = attribute("status", "How it stands.")
    mover_name: str = attribute("mover_name", "Of the mover that is to be, or is to go.")
    failure: str | None = attribute("failure", "Why it failed, and what to do about it.")
    requested_by: str = attribute("requested_by", "Who asked for it.")
    created_at: datetime = attribute("created_at", "When it was accepted.")
    ended_at: datetime | None = attribute("ended_at", "Null until it has ended.")

    def key(self) -> str:
        return self.value.id

    @strawberry.field(description="The account it works in.")
    def account(self, info: Info) -> Account:
        region = info.context.services.gateway.region
        return Account(value=mover_model.Account(self.value.account_id, region))

    @strawberry.field(description="The group of its mover; null where that had none.")
    def group(self, info: Info) -> Group | None:
        name, region = self.value.group, info.context.services.gateway.region
        account = mover_model.Account(self.value.account_id, region)
        return None if name is None else Group(value=mover_model.Group(account, name))

    @strawberry.field(description="What it did so far, the oldest first.")
    def events(self) -> list[OperationEvent]:
        return [OperationEvent(at=event.at, message=event.message) for event in self.value.events]

    @strawberry.field(description="The mover, as long as it is there.")
    async def mover(self, info: Info) -> Mover | None:
        return await _mover(info, self.value.task_arn) if self.value.task_arn else None


def _movers(found: list[mover_model.Mover], first: int, after: str | None) -> MoverConnection:
    page = cut(found, first, after, lambda mover: f"{mover.name} {mover.task_arn}", ordered=True)
    edges, nodes, page_info = edges_of(page, lambda mover: Mover(value=mover))
    return MoverConnection(edges=edges, nodes=nodes, page_info=page_info, total_count=len(found))


async def _mover(info: Info, task_arn: str) -> Mover | None:
    try:
        return Mover(value=await movers.get_mover(info.context, task_arn))
    except NotFound:
        return None
