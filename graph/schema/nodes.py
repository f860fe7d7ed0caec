"""Account, Group, Mover and Run: the types that reference each other."""

from __future__ import annotations

import strawberry

from graph.loaders import MoverPage
from graph.model import mover as mover_model
from graph.model.words import MoverStatus, TaskMode
from graph.resolvers import movers, orphans, runs
from graph.schema import enums  # noqa: F401 - describes the enums
from graph.schema.arguments import AfterCursor, GroupName, PageSize, RunId
from graph.schema.connections import Connection, connection_of, cut, edges_of
from graph.schema.fields import Info, attribute, or_null, word
from graph.schema.locations import Location, shown
from graph.schema.node import Node
from graph.schema.orphans import Orphan
from graph.schema.permissions import MoverPermissions
from graph.schema.run_fields import RunFields
from graph.schema.scalars import AccountId, Arn
from graph.schema.tag import Tag
from graph.schema.task_fields import TaskFields


@strawberry.type(description="An AWS account, in the region in which the server manages movers.")
class Account(Node):
    value: strawberry.Private[mover_model.Account]
    account_id: AccountId = attribute("account_id", "The 12 digits of the account.")
    region: str = attribute(
        "region", "The AWS region in which the server manages the account's movers."
    )

    def key(self) -> str:
        return self.value.account_id

    @strawberry.field(
        description="The groups that have at least one mover in the account, sorted by name. Only "
        "those that the caller may see."
    )
    async def groups(
        self, info: Info, first: PageSize = 50, after: AfterCursor = None
    ) -> Connection[Group] | None:
        found = await movers.list_groups(info.context, self.value.account_id, further=bool(after))
        of = f"groups:{self.value.account_id}"
        page = cut(found, first, after, lambda group: group.name, of=of, ordered=True)
        return connection_of(page, lambda group: Group(value=group))

    @strawberry.field(
        description="One group of the account; null if it has no mover or the caller may not "
        "see it."
    )
    async def group(self, info: Info, name: GroupName) -> Group | None:
        group = await or_null(movers.find_group(info.context, self.value.account_id, name))
        return None if group is None else Group(value=group)

    @strawberry.field(
        description="The movers of the account in all groups that the caller may see, sorted by "
        "name."
    )
    async def movers(
        self, info: Info, first: PageSize = 50, after: AfterCursor = None
    ) -> MoverConnection | None:
        found = await movers.list_movers(info.context, self.value.account_id, further=bool(after))
        return _movers(found, first, after, of=f"movers:{self.value.account_id}")

    @strawberry.field(
        description="Resources that movers left behind in the account, locations first. Needs a "
        "key that may write. Expensive: costs a call to AWS for each task and each S3 location."
    )
    async def orphans(self, info: Info) -> list[Orphan] | None:
        found = await orphans.list_orphans(info.context, self.value.account_id)
        return [Orphan(value=orphan) for orphan in found]


@strawberry.type(description="The movers of one account that carry the same group tag.")
class Group(Node):
    value: strawberry.Private[mover_model.Group]
    name: str = attribute("name", "The name of the group: the value of the tag `spinup:spaceid`.")

    def key(self) -> str:
        return f"{self.value.account.account_id}:{self.value.name}"

    @strawberry.field(description="The AWS account that the group's movers are in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @strawberry.field(description="The movers of the group, sorted by name.")
    async def movers(
        self, info: Info, first: PageSize = 50, after: AfterCursor = None
    ) -> MoverConnection | None:
        account_id, name = self.value.account.account_id, self.value.name
        found = await movers.list_movers(info.context, account_id, name, further=bool(after))
        return _movers(found, first, after, of=f"movers:{account_id}:{name}")


@strawberry.type(
    description="A DataSync task with its source and destination, managed as one object. Fields "
    "from `createdAt` to `errorDetail` cost a call to AWS per mover, shared between them."
)
class Mover(TaskFields, Node):
    value: strawberry.Private[mover_model.Mover]
    page: strawberry.Private[MoverPage | None] = None
    name: str = attribute(
        "name",
        "The name of the mover. Unique in its group, except for movers created by the "
        "original server.",
    )
    task_arn: Arn = attribute("task_arn", "The ARN of the DataSync task.")
    status: MoverStatus = word(
        MoverStatus, "status", "Whether the mover can be started, is running, or is unusable."
    )
    status_text: str = attribute("status", "The status as AWS writes it, such as AVAILABLE.")
    mode: TaskMode = word(TaskMode, "mode", "How the mover transfers.")
    mode_text: str = attribute("mode", "The mode as AWS writes it, such as BASIC.")

    def key(self) -> str:
        return self.value.task_arn

    @strawberry.field(description="The AWS account that the mover is in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @strawberry.field(
        description="The group that the mover belongs to; null if its group tag was removed."
    )
    def group(self) -> Group | None:
        name = self.value.group
        return None if name is None else Group(value=mover_model.Group(self.value.account, name))

    @strawberry.field(description="The tags of the task, except internal ones of the server.")
    def tags(self) -> list[Tag]:
        return [Tag(key=tag.key, value=tag.value) for tag in self.value.shown_tags]

    @strawberry.field(
        description="What the caller's key may do with the mover, whatever its state is."
    )
    def viewer_can(self) -> MoverPermissions:
        return MoverPermissions(value=self.value)

    @strawberry.field(description="The location that data is read from; null if it was deleted.")
    async def source(self, info: Info) -> Location | None:
        return shown(await movers.listed_source_of(info.context, self.value, self.page))

    @strawberry.field(description="The location that data is written to; null if it was deleted.")
    async def destination(self, info: Info) -> Location | None:
        return shown(await movers.listed_destination_of(info.context, self.value, self.page))

    @strawberry.field(
        description="The active or queued run, regardless of who started it; null if there is none."
    )
    async def current_run(self, info: Info) -> Run | None:
        run = await runs.current_run(info.context, self.value)
        return None if run is None else Run(value=run)

    @strawberry.field(
        description="The latest run, active or ended; null if the mover has not run in the "
        "last 30 days."
    )
    async def last_run(self, info: Info) -> Run | None:
        run = await runs.latest_run(info.context, self.value.task_arn, self.page)
        return None if run is None else Run(value=run)

    @strawberry.field(
        description="The runs of the last 30 days, newest first. AWS does not keep older ones."
    )
    async def runs(
        self, info: Info, first: PageSize = 25, after: AfterCursor = None
    ) -> Connection[Run] | None:
        refs = await runs.list_runs(info.context, self.value.task_arn)
        of = f"runs:{self.value.task_arn}"
        page = cut(refs, first, after, lambda ref: ref.run_arn, of=of, ordered=False)
        by_arn = await runs.get_runs(info.context, [ref.run_arn for _, ref in page.items])
        return connection_of(page, lambda ref: Run(value=by_arn[ref.run_arn]))

    @strawberry.field(
        description="One run of the mover by its run id; null if AWS does not know it."
    )
    async def run(self, info: Info, run_id: RunId) -> Run | None:
        run = await or_null(runs.find_run(info.context, self.value, run_id))
        return None if run is None else Run(value=run)


@strawberry.type(description="One page of movers, following Relay's connection specification.")
class MoverConnection(Connection[Mover]):
    total_count: int = strawberry.field(description="The number of movers on all pages together.")


@strawberry.type(description="One execution of a mover's task. AWS keeps it for 30 days.")
class Run(RunFields, Node):
    @strawberry.field(description="The mover that the run belongs to; null if it was deleted.")
    async def mover(self, info: Info) -> Mover | None:
        return await mover_or_none(info, self.value.task_arn)


def _movers(
    found: list[mover_model.Mover], first: int, after: str | None, *, of: str
) -> MoverConnection:
    page = cut(found, first, after, lambda it: f"{it.name} {it.task_arn}", of=of, ordered=True)
    together = movers.page_of(mover for _, mover in page.items)
    edges, nodes, info = edges_of(page, lambda mover: Mover(value=mover, page=together))
    return MoverConnection(edges=edges, nodes=nodes, page_info=info, total_count=len(found))


async def mover_or_none(info: Info, task_arn: str) -> Mover | None:
    """The mover of a task; None where it is gone or not visible to the caller."""
    mover = await or_null(movers.get_mover(info.context, task_arn))
    return None if mover is None else Mover(value=mover)
