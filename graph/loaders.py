"""The DataLoaders of one request, through which fields share what they read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from strawberry.dataloader import DataLoader

from graph.aws import movers
from graph.aws.accounts import enter_account
from graph.aws.agents import describe_agent, list_agents
from graph.aws.client.gateway import Gateway
from graph.aws.latest_executions import AccountRuns
from graph.aws.locations import describe_location, recent_location, shown_locations
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task, known_ends
from graph.cleanup.service import Cleanup
from graph.model.agent import Agent
from graph.model.errors import NotFound
from graph.model.location import ListedLocation, Location
from graph.model.mover import Account, Mover, Tag, Task, TaskFacts
from graph.model.orphan import Orphan
from graph.model.run import Run, RunRef
from graph.runs import RunService
from graph.store import RunNote

K = TypeVar("K")
V = TypeVar("V")

LatelyMade = Callable[[Account, str], Awaitable[Collection[str]]]
"""By account and group: the tasks that operations have made in the last minutes."""

_OF_RUNS: Final = frozenset(
    {
        "mover",
        "task",
        "runs",
        "account_runs",
        "latest_run",
        "listed_latest_run",
        "run",
        "run_note",
    }
)
"""The loaders of what a start or stop changes."""


@dataclass(frozen=True, slots=True, eq=False)
class MoverPage:
    """The movers of one account that are shown together, of which the same fields are read.

    Large responses are executed in pieces: what is read for a field of some movers is not known to
    be read for all.
    """

    task_arns: tuple[str, ...]


class Loaders:
    """Created per request, so that they never hold anything older than the request.

    Each loader is made when it is first used, as most requests use few. A stream discards what they
    hold with ``forget`` before each of its events.
    """

    def __init__(
        self, gateway: Gateway, runs: RunService, cleanup: Cleanup, lately_made: LatelyMade
    ) -> None:
        self._gateway, self._runs, self._cleanup = gateway, runs, cleanup
        self._lately_made = lately_made

    @cached_property
    def entered(self) -> DataLoader[Account, None]:
        """By account: raises NotFound if it does not let the server in."""
        return _one_by_one(self._enter)

    @cached_property
    def movers(self) -> DataLoader[tuple[Account, str | None], list[Mover]]:
        """By account and group: the movers of the group; of the whole account if that is None."""
        return _one_by_one(self._movers)

    @cached_property
    def listed_movers(self) -> DataLoader[tuple[Account, str | None], list[Mover]]:
        """The same for the further pages of a list: up to a minute old."""
        return _one_by_one(lambda key: self._movers(key, snapshot=True))

    @cached_property
    def named_mover(self) -> DataLoader[tuple[Account, str, str], Mover | None]:
        """By account, group and name; None if there is no such mover."""
        return _one_by_one(self._named)

    @cached_property
    def mover(self) -> DataLoader[str, Mover]:
        """By the task's ARN."""
        return _one_by_one(self._mover)

    @cached_property
    def task(self) -> DataLoader[str, Task]:
        return _one_by_one(lambda arn: describe_task(self._gateway, arn))

    @cached_property
    def location(self) -> DataLoader[str, Location | None]:
        """By ARN; None if it is gone."""
        return _one_by_one(lambda arn: describe_location(self._gateway, arn))

    @cached_property
    def shown_location(self) -> DataLoader[str, Location | None]:
        """The same for display: up to a minute old."""
        return _one_by_one(lambda arn: recent_location(self._gateway, arn))

    @cached_property
    def listed_location(self) -> DataLoader[str, Location | ListedLocation | None]:
        """The same, of many only what AWS's list has."""
        return DataLoader(load_fn=lambda arns: shown_locations(self._gateway, arns))

    @cached_property
    def page_of_locations(self) -> DataLoader[MoverPage, None]:
        """Those of all movers of a page, so that ``listed_location`` sees how many they are."""
        return _one_by_one(self._page_of_locations)

    @cached_property
    def agents(self) -> DataLoader[Account, list[Agent]]:
        return _one_by_one(lambda account: list_agents(self._gateway.bind(*account.place)))

    @cached_property
    def agent(self) -> DataLoader[str, Agent | None]:
        """By ARN, in full; None if it is gone."""
        return _one_by_one(lambda arn: describe_agent(self._gateway, arn))

    @cached_property
    def ends(self) -> DataLoader[str, tuple[str, str]]:
        """By the task's ARN: the ARNs of its source and destination."""
        return _one_by_one(self._ends, known=partial(known_ends, self._gateway))

    @cached_property
    def task_facts(self) -> DataLoader[str, TaskFacts]:
        """By the task's ARN: up to a minute old."""
        return _one_by_one(self._task_facts, known=self._known_facts)

    @cached_property
    def tags(self) -> DataLoader[str, tuple[Tag, ...]]:
        return _one_by_one(lambda arn: tags_of(self._gateway, arn))

    @cached_property
    def runs(self) -> DataLoader[str, list[RunRef]]:
        """By the task's ARN, the newest first."""
        return _one_by_one(self._runs.list_runs)

    @cached_property
    def run(self) -> DataLoader[str, Run]:
        return DataLoader(load_fn=self._runs.read)

    @cached_property
    def run_note(self) -> DataLoader[str, RunNote]:
        """By the run's ARN; an empty note if nothing is known."""
        return DataLoader(load_fn=self._notes)

    @cached_property
    def account_runs(self) -> DataLoader[Account, AccountRuns | None]:
        """By account: the runs of all its tasks; None if they are too many."""
        return _one_by_one(self._runs.of_account)

    @cached_property
    def latest_run(self) -> DataLoader[str, str | None]:
        """By the task's ARN: the ARN of its last run, None if it never ran."""
        return DataLoader(load_fn=self._latest_runs)

    @cached_property
    def listed_latest_run(self) -> DataLoader[str, str | None]:
        """The same for one of many movers of an account, whose runs are then read together."""
        return _one_by_one(self._listed_latest_run)

    @cached_property
    def orphans(self) -> DataLoader[Account, list[Orphan]]:
        """By account."""
        return _one_by_one(self._cleanup.find)

    def forget(self) -> None:
        """Discards everything before the next event of a stream, which has to show fresh values.

        The calling task joins no read that is already under way.
        """
        self._gateway.reads.outdate()
        for loader in self._in_use():
            loader.clear_all()

    def forget_runs(self) -> None:
        """Discards runs after a start or stop, so that the same request sees its effect."""
        for loader in self._in_use(_OF_RUNS):
            loader.clear_all()

    def _in_use(self, among: Collection[str] | None = None) -> list[DataLoader[Any, Any]]:
        """The loaders that the request has used, of all or of those with the names given."""
        return [
            it
            for name, it in vars(self).items()
            if isinstance(it, DataLoader) and (among is None or name in among)
        ]

    async def _enter(self, account: Account) -> None:
        await enter_account(self._gateway.bind(*account.place))

    async def _movers(
        self, key: tuple[Account, str | None], *, snapshot: bool = False
    ) -> list[Mover]:
        account, group = key
        aws = self._gateway.bind(*account.place)
        if group is None:
            return await movers.list_movers(aws, snapshot=snapshot)
        made = partial(self._lately_made, account, group)
        return await movers.list_group(aws, group, made, snapshot=snapshot)

    async def _named(self, key: tuple[Account, str, str]) -> Mover | None:
        account, group, name = key
        return await movers.find_mover(self._gateway.bind(*account.place), group, name)

    async def _notes(self, run_arns: list[str]) -> list[RunNote]:
        notes = await self._runs.notes(run_arns)
        return [notes.get(run_arn, RunNote()) for run_arn in run_arns]

    async def _mover(self, task_arn: str) -> Mover:
        _ = self._gateway.of(task_arn).account  # raises unless it is served
        task, tags = await asyncio.gather(self.task.load(task_arn), self.tags.load(task_arn))
        return movers.mover_of(self._gateway, task, tags)

    async def _ends(self, task_arn: str) -> tuple[str, str]:
        task = await self.task.load(task_arn)
        return task.source_arn, task.destination_arn

    def _known_facts(self, task_arn: str) -> TaskFacts | None:
        return self._gateway.of(task_arn).caches.task_facts.get(task_arn)

    async def _task_facts(self, task_arn: str) -> TaskFacts:
        task = await self.task.load(task_arn)
        return TaskFacts(task.created_at, task.schedule)

    async def _page_of_locations(self, page: MoverPage) -> None:
        ends = await asyncio.gather(
            *(self.ends.load(arn) for arn in page.task_arns), return_exceptions=True
        )
        arns = {arn for pair in ends if not isinstance(pair, BaseException) for arn in pair}
        await asyncio.gather(
            *(self.listed_location.load(arn) for arn in arns), return_exceptions=True
        )  # errors are those of the movers that need the location

    async def _listed_latest_run(self, task_arn: str) -> str | None:
        runs = await self.account_runs.load(self._gateway.of(task_arn).account)
        return await (self.latest_run.load(task_arn) if runs is None else runs.last(task_arn))

    async def _latest_runs(self, task_arns: list[str]) -> list[str | BaseException | None]:
        """As the tasks say, which AWS does not promise to do; otherwise as the runs are listed."""
        tasks = await asyncio.gather(
            *(self.task.load(arn) for arn in task_arns), return_exceptions=True
        )
        unsaid = [task for task in tasks if isinstance(task, Task) and not task.latest_run_arn]
        many = len(unsaid) > 1
        return await asyncio.gather(
            *(self._latest_run(task, among_many=many) for task in tasks), return_exceptions=True
        )

    async def _latest_run(self, task: Task | BaseException, *, among_many: bool) -> str | None:
        if isinstance(task, NotFound):
            return None
        if isinstance(task, BaseException):
            raise task
        if task.latest_run_arn is not None:
            return task.latest_run_arn
        account = self._gateway.of(task.task_arn).account
        if among_many and (runs := await self.account_runs.load(account)) is not None:
            return await runs.last(task.task_arn)
        refs = await self.runs.load(task.task_arn)
        return refs[0].run_arn if refs else None


def _one_by_one(
    read: Callable[[K], Awaitable[V]], known: Callable[[K], V | None] = lambda _: None
) -> DataLoader[K, V]:
    """A loader of what AWS returns one by one: reads all keys concurrently, each with its error.

    ``known``: what needs no reading, which for many keys is faster than a task for each.
    """

    def at_once(key: K) -> V | BaseException | None:
        try:
            return known(key)
        except Exception as error:  # noqa: BLE001 - the error of this key alone
            return error

    async def load(keys: list[K]) -> list[V | BaseException]:
        found = {key: value for key in keys if (value := at_once(key)) is not None}
        unknown = [key for key in keys if key not in found]
        results = await asyncio.gather(*map(read, unknown), return_exceptions=True)
        found.update(zip(unknown, results, strict=True))
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)
