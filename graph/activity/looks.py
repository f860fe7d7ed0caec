"""What the poller of an account asks AWS and the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from graph.activity.picture import MOST
from graph.aws.client.gateway import AccountGateway
from graph.aws.executions import list_runs
from graph.aws.latest_executions import account_runs
from graph.aws.movers import observe_movers
from graph.model.mover import Mover, Tag
from graph.store import Store

Tags = Mapping[str, tuple[Tag, ...]]
_FEW: Final = 3
"""Up to this number of movers, their runs are listed one by one."""
_AT_ONCE: Final = 20
"""Movers whose runs are listed in one round; further ones have their turn in the next."""
_LATELY: Final = 600.0
"""Seconds for which a change of an operation is looked for."""


class Looks(Protocol):
    """One account."""

    async def movers(self, tags: Tags | None) -> tuple[list[Mover], Tags]:
        """All movers, and the tags to pass next time; None to read them again."""
        ...

    async def runs(self, task_arns: Collection[str]) -> dict[str, str]:
        """The runs of those that have not ended: their statuses by ARN. May leave some out."""
        ...

    async def operations(self) -> dict[str, tuple[str | None, float]]:
        """Groups and times of change of the operations that have changed lately, by id."""
        ...


class AwsLooks:
    """Implements ``Looks``."""

    def __init__(self, aws: AccountGateway, store: Store) -> None:
        self._aws, self._store = aws, store

    async def movers(self, tags: Tags | None) -> tuple[list[Mover], Tags]:
        self._aws.gateway.reads.outdate()  # joins no read that began before the last change
        return await observe_movers(self._aws, tags)

    async def runs(self, task_arns: Collection[str]) -> dict[str, str]:
        if len(task_arns) > _FEW and (runs := await account_runs(self._aws)) is not None:
            found = [ref for task_arn in task_arns for ref in runs.by_task.get(task_arn, ())]
        else:
            asked = list(task_arns)[:_AT_ONCE]
            found = [ref for task_arn in asked for ref in await list_runs(self._aws, task_arn)]
        return {ref.run_arn: ref.status for ref in found if not ref.ended}

    async def operations(self) -> dict[str, tuple[str | None, float]]:
        since = self._store.now() - _LATELY
        lists = self._store.operation_lists
        account = self._aws.account
        return await lists.changed_since(
            account.account_id, since, MOST // 2, account.stored_region
        )
