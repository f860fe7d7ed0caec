"""The fields of a mover that AWS reports of its task: one call per mover, shared between them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.model import mover as model
from graph.resolvers import agents, movers, updating
from graph.schema.agents import MoverAdvice
from graph.schema.fields import Info, loads
from graph.schema.options import TransferOptions
from graph.schema.scalars import Arn
from graph.schema.schedule import Schedule
from graph.schema.task_files import Manifest, TaskReport, shown_manifest, shown_report


@strawberry.type(description="What AWS reports of a task beyond its entry in the list.")
class TaskFields:
    value: strawberry.Private[model.Mover]

    @loads("When the task was created; null if AWS does not report it.")
    async def created_at(self, info: Info) -> datetime | None:
        return (await self._task(info)).created_at

    @loads("The transfer options that new runs use.")
    async def options(self, info: Info) -> TransferOptions | None:
        return TransferOptions(value=(await self._task(info)).options)

    @loads("Patterns of the files to transfer, such as `/photos|/videos`; empty means all.")
    async def includes(self, info: Info) -> list[str] | None:
        return list((await self._task(info)).includes)

    @loads("Patterns of the files to leave out, such as `*.tmp|*/cache`; empty means none.")
    async def excludes(self, info: Info) -> list[str] | None:
        return list((await self._task(info)).excludes)

    @loads("When DataSync starts the mover by itself; null if it has no schedule.")
    async def schedule(self, info: Info) -> Schedule | None:
        schedule = (await self._task(info)).schedule
        return None if schedule is None else Schedule(value=schedule)

    @loads(
        "The ARN of the CloudWatch log group that runs are logged to; null if there is "
        "none. In ENHANCED mode DataSync chooses it."
    )
    async def log_group_arn(self, info: Info) -> Arn | None:
        found = (await self._task(info)).log_group_arn
        return None if found is None else Arn(found)

    @loads("The manifest that lists the files to transfer; null: the filters decide.")
    async def manifest(self, info: Info) -> Manifest | None:
        return shown_manifest((await self._task(info)).files)

    @loads("Where runs write their reports; null: they write none.")
    async def report(self, info: Info) -> TaskReport | None:
        return shown_report((await self._task(info)).files)

    @loads(
        "The ARNs of the network interfaces in your VPC that DataSync has made for the "
        "mover; empty if it needs none."
    )
    async def network_interface_arns(self, info: Info) -> list[Arn] | None:
        return [Arn(found) for found in (await self._task(info)).network_interface_arns]

    @loads("AWS's error code if the task itself is unusable; null otherwise.")
    async def error_code(self, info: Info) -> str | None:
        return (await self._task(info)).error_code

    @loads("AWS's explanation of `errorCode`; null if there is none.")
    async def error_detail(self, info: Info) -> str | None:
        return (await self._task(info)).error_detail

    @strawberry.field(
        description="Why the mover is UNAVAILABLE, such as an agent that is offline, and what to "
        "do about it; null in any other status. Costs a call for the task, one for each of its "
        "locations and one for each of their agents."
    )
    async def advice(self, info: Info) -> MoverAdvice | None:
        found = await agents.advice_on(info.context, self.value)
        return None if found is None else MoverAdvice(value=found)

    @loads(
        "Differs whenever something differs that `updateMover` can change: pass it as "
        "`ifUnchangedSince`, so that nobody's change is lost. Costs a second call, for the tags."
    )
    async def version(self, info: Info) -> str | None:
        return await updating.version(info.context, self.value)

    async def _task(self, info: Info) -> model.Task:
        return await movers.task_of(info.context, self.value)
