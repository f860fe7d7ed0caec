"""Account, Group, Mover and Run: the types that reference each other."""

from __future__ import annotations

import strawberry

from graph.loaders import MoverPage
from graph.model import mover as mover_model
from graph.model.words import MoverStatus, TaskMode
from graph.resolvers import accounts, movers, orphans, runs
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.agents import AccountAgents
from graph.schema.arguments import (
    AfterCursor,
    BeforeCursor,
    FirstOf25,
    FirstOf50,
    GroupName,
    Last,
    OtherRegion,
    RunId,
)
from graph.schema.connections import (
    Connection,
    Listing,
    Page,
    connection_of,
    cut,
    edges_of,
    page_request,
)
from graph.schema.fields import Info, attribute, loads, or_null, reads, word
from graph.schema.location import Location
from graph.schema.locations import shown
from graph.schema.mover_search import (
    MoverFilterArgument,
    MoverOrderArgument,
    MoverSummary,
    movers_page,
)
from graph.schema.node import Node
from graph.schema.orphans import Orphan
from graph.schema.permissions import MoverPermissions
from graph.schema.run_fields import RunFields
from graph.schema.run_search import (
    RUNS_OF_MANY,
    RunFilterArgument,
    RunOrderArgument,
    runs_of_account,
    runs_of_mover,
)
from graph.schema.scalars import AccountId, Arn
from graph.schema.tag import Tag
from graph.schema.task_fields import TaskFields


@strawberry.type(description="An AWS account in one region. `account(region)` has it in another.")
class Account(AccountAgents, Node):
    value: strawberry.Private[mover_model.Account]
    account_id: AccountId = attribute("account_id", "The 12 digits of the account.")
    region: str = attribute("region", "The AWS region of the account's movers that are shown.")

    def key(self) -> str:
        return self.value.key

    @reads(
        "The AWS regions in which the caller may manage movers of the account, in the order of "
        "`ServerInfo.regions`."
    )
    def regions(self, info: Info) -> list[str]:
        return accounts.list_regions(info.context)

    @loads(
        "The groups that have at least one mover in the account, sorted by name. Only "
        "those that the caller may see."
    )
    async def groups(
        self,
        info: Info,
        first: FirstOf50 = 50,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Group] | None:
        asked = page_request(first, after, last, before, usual=50)
        found = await movers.list_groups(info.context, *self.value.place, further=asked.is_further)
        listing = Listing(f"groups:{self.value.key}", found, lambda group: group.name, rank=str)
        return connection_of(cut(listing, asked), lambda group: Group(value=group))

    @loads("One group of the account; null if it has no mover or the caller may not see it.")
    async def group(self, info: Info, name: GroupName) -> Group | None:
        account_id, region = self.value.place
        group = await or_null(movers.find_group(info.context, account_id, name, region), "name")
        return None if group is None else Group(value=group)

    @loads(
        "The movers of the account in all groups that the caller may see. The further "
        "pages of a list show it as it was up to a minute ago."
    )
    async def movers(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: MoverFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        order_by: MoverOrderArgument = None,
        first: FirstOf50 = 50,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
        region: OtherRegion = None,
    ) -> MoverConnection | None:
        asked = page_request(first, after, last, before, usual=50)
        account = accounts.in_region(info.context, self.value, region)
        return _movers(await movers_page(info, account, None, filter, order_by, asked))

    @reads("How many movers the account has, and how many need attention.")
    def summary(self) -> MoverSummary:
        return MoverSummary(account=self.value)

    @loads(RUNS_OF_MANY)
    async def runs(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: RunFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        order_by: RunOrderArgument = None,
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Run] | None:
        asked = page_request(first, after, last, before, usual=25)
        page = await runs_of_account(info, self.value, None, filter, order_by, asked)
        return connection_of(page, lambda run: Run(value=run))

    @strawberry.field(
        description="Resources that movers left behind in the account, locations first. Needs a "
        "key that may write. Expensive: costs a call to AWS for each task and each S3 location."
    )
    async def orphans(self, info: Info) -> list[Orphan] | None:
        found = await orphans.list_orphans(info.context, *self.value.place)
        return [Orphan(value=orphan) for orphan in found]


@strawberry.type(description="The movers of one account that carry the same group tag.")
class Group(Node):
    value: strawberry.Private[mover_model.Group]
    name: str = attribute("name", "The name of the group: the value of the tag `spinup:spaceid`.")

    def key(self) -> str:
        return f"{self.value.account.key}:{self.value.name}"

    @reads("The AWS account that the group's movers are in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @loads(
        "The movers of the group. The further pages of a list show it as it was up to a minute ago."
    )
    async def movers(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: MoverFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        order_by: MoverOrderArgument = None,
        first: FirstOf50 = 50,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> MoverConnection | None:
        asked = page_request(first, after, last, before, usual=50)
        account, name = self.value.account, self.value.name
        return _movers(await movers_page(info, account, name, filter, order_by, asked))

    @reads("How many movers the group has, and how many need attention.")
    def summary(self) -> MoverSummary:
        return MoverSummary(account=self.value.account, group=self.value.name)

    @loads(RUNS_OF_MANY)
    async def runs(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: RunFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        order_by: RunOrderArgument = None,
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Run] | None:
        asked = page_request(first, after, last, before, usual=25)
        account, name = self.value.account, self.value.name
        page = await runs_of_account(info, account, name, filter, order_by, asked)
        return connection_of(page, lambda run: Run(value=run))


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

    @reads("The AWS account that the mover is in.")
    def account(self) -> Account:
        return Account(value=self.value.account)

    @reads("The group that the mover belongs to; null if its group tag was removed.")
    def group(self) -> Group | None:
        name = self.value.group
        return None if name is None else Group(value=mover_model.Group(self.value.account, name))

    @reads("The tags of the task, except internal ones of the server.")
    def tags(self) -> list[Tag]:
        return [Tag(key=tag.key, value=tag.value) for tag in self.value.shown_tags]

    @reads("What the caller's key may do with the mover, whatever its state is.")
    def viewer_can(self) -> MoverPermissions:
        return MoverPermissions(value=self.value)

    @loads("The location that data is read from; null if it was deleted.")
    async def source(self, info: Info) -> Location | None:
        return shown(await movers.listed_source_of(info.context, self.value, self.page))

    @loads("The location that data is written to; null if it was deleted.")
    async def destination(self, info: Info) -> Location | None:
        return shown(await movers.listed_destination_of(info.context, self.value, self.page))

    @loads("The active or queued run, regardless of who started it; null if there is none.")
    async def current_run(self, info: Info) -> Run | None:
        run = await runs.current_run(info.context, self.value)
        return None if run is None else Run(value=run)

    @loads("The latest run, active or ended; null if the mover has not run in the last 30 days.")
    async def last_run(self, info: Info) -> Run | None:
        run = await runs.latest_run(info.context, self.value.task_arn, self.page)
        return None if run is None else Run(value=run)

    @loads("The runs of the last 30 days. AWS does not keep older ones.")
    async def runs(  # noqa: PLR0913, PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: RunFilterArgument = None,  # noqa: A002 - the argument's name in the schema
        order_by: RunOrderArgument = None,
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Run] | None:
        asked = page_request(first, after, last, before, usual=25)
        page = await runs_of_mover(info, self.value.task_arn, filter, order_by, asked)
        return connection_of(page, lambda run: Run(value=run))

    @loads("One run of the mover by its run id; null if AWS does not know it.")
    async def run(self, info: Info, run_id: RunId) -> Run | None:
        run = await or_null(runs.find_run(info.context, self.value, run_id))
        return None if run is None else Run(value=run)


@strawberry.type(description="One page of movers, following Relay's connection specification.")
class MoverConnection(Connection[Mover]):
    total_count: int = strawberry.field(description="The number of movers on all pages together.")


@strawberry.type(description="One execution of a mover's task. AWS keeps it for 30 days.")
class Run(RunFields, Node):
    @loads("The mover that the run belongs to; null if it was deleted.")
    async def mover(self, info: Info) -> Mover | None:
        return await mover_or_none(info, self.value.task_arn)


def _movers(page: Page[mover_model.Mover]) -> MoverConnection:
    together = movers.page_of(mover for _, mover in page.items)
    edges, nodes, info = edges_of(page, lambda mover: Mover(value=mover, page=together))
    return MoverConnection(edges=edges, nodes=nodes, page_info=info, total_count=page.total or 0)


async def mover_or_none(info: Info, task_arn: str) -> Mover | None:
    """The mover of a task; None where it is gone or not visible to the caller."""
    mover = await or_null(movers.get_mover(info.context, task_arn))
    return None if mover is None else Mover(value=mover)
