"""The steps of a delete. Each may run twice: what is gone is no obstacle."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from graph.aws import locations, tasks
from graph.aws.executions import cancel_run, list_runs
from graph.aws.roles import delete_role, is_movers_role
from graph.model import names
from graph.model.errors import Conflict, Invalid, NotFound
from graph.model.run import RunRef
from graph.operations.patience import lasting, patiently
from graph.operations.rooms import rooms
from graph.store import Parts, RunRecords

_ATTEMPT: Final = "delete"
"""Names the cancellations of a delete, of which a mover has one at a time."""
_RACES: Final = 5
"""How often a run may begin between the last one's end and the deletion of its task."""


async def read_parts(operation_id: str, task_arn: str, *, known: Parts | None = None) -> Parts:
    """Returns a mover's locations, each with the role to delete with it; empty if it is gone.

    ``known``: read earlier. They are stored until they are deleted: once the task is gone, nothing
    else names them.
    """
    if known is not None:
        return known
    try:
        task = await patiently(lambda: tasks.describe_task(rooms().gateway, task_arn))
    except NotFound:
        return []
    ends = list(dict.fromkeys((task.source_arn, task.destination_arn)))
    roles = await asyncio.gather(*(_role_of(arn) for arn in ends))
    parts = list(zip(ends, roles, strict=True))
    await lasting(lambda: rooms().store.set_parts(operation_id, parts))
    return parts


async def delete_task(task_arn: str, cancelled_by: str | None) -> None:
    """Cancels what runs or waits, where somebody asked for that, and deletes the task."""
    for race in range(_RACES):
        if cancelled_by is not None:
            await _cancel_runs(task_arn, cancelled_by)
        try:
            await patiently(lambda: tasks.delete_task(rooms().gateway, task_arn))
        except (Invalid, Conflict):
            if cancelled_by is None or race == _RACES - 1:
                raise
        else:
            return


async def delete_location(location_arn: str) -> bool:
    """False where it stays, because another mover uses it too."""
    gateway = rooms().gateway
    if await patiently(lambda: tasks.tasks_using(gateway, location_arn)):
        return False
    await patiently(lambda: locations.delete_location(gateway, location_arn))
    return True


async def delete_unused_roles(role_arns: list[str]) -> None:
    """Deletes roles that no location uses any more: the original server shared them."""
    for account_id in {names.arn(role_arn).account for role_arn in role_arns}:
        used = await _roles_in_use(account_id)
        for role_arn in role_arns:
            if names.arn(role_arn).account == account_id and role_arn not in used:
                await _delete_role(account_id, role_arn.rpartition("/")[2])


async def _delete_role(account_id: str, name: str) -> None:
    await patiently(lambda: delete_role(rooms().gateway.bind(account_id), name))


async def _roles_in_use(account_id: str) -> set[str | None]:
    """Asks the locations that no operation made, as many at once as the gateway allows.

    Those that one made have each a role of its own.
    """
    aws = rooms().gateway.bind(account_id)
    others = await patiently(lambda: locations.unmarked_buckets(aws))
    return set(await asyncio.gather(*(_role_of(arn) for arn in others)))


async def _role_of(location_arn: str) -> str | None:
    gateway = rooms().gateway
    location = await patiently(lambda: locations.describe_location(gateway, location_arn))
    if location is None or location.kind != "S3":
        return None
    role = (location.described.get("S3Config") or {}).get("BucketAccessRoleArn")
    account_id = names.arn(location_arn).account
    return role if role and is_movers_role(role, gateway.org, account_id) else None


async def _cancel_runs(task_arn: str, cancelled_by: str) -> None:
    """Cancels whatever runs or waits, and waits until nothing does."""
    until = time.monotonic() + rooms().patience.available
    while True:
        active = [run for run in await _runs(task_arn) if not run.ended]
        if not active:
            return
        for run in active:
            if run.status != "CANCELLING":
                await _cancel(run.run_arn, cancelled_by)
        if time.monotonic() > until:
            raise Conflict("the mover's run could not be cancelled in time")
        await asyncio.sleep(rooms().patience.poll)


async def _cancel(run_arn: str, cancelled_by: str) -> None:
    """A run that has ended meanwhile cannot be cancelled, and need not be."""
    records = RunRecords(rooms().store)
    # Noted first: whoever watches may see the end before this call is answered.
    await lasting(lambda: records.request_cancellation(run_arn, _ATTEMPT, cancelled_by))
    try:
        await patiently(lambda: cancel_run(rooms().gateway, run_arn))
    except (Conflict, Invalid, NotFound):
        return
    await lasting(lambda: records.confirm_cancellation(run_arn, _ATTEMPT))


async def _runs(task_arn: str) -> list[RunRef]:
    try:
        return await patiently(lambda: list_runs(rooms().gateway, task_arn))
    except NotFound:
        return []
