"""The steps of a delete. Each can be repeated: what is gone already counts as deleted."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from graph.aws import locations, tasks
from graph.aws.client.effects import may_take_effect
from graph.aws.client.gateway import AccountGateway
from graph.aws.executions import cancel_run, describe_run, list_runs
from graph.aws.role_users import users_of
from graph.aws.roles import delete_role, is_movers_role, name_of_role
from graph.aws.run_roles import run_roles_of
from graph.aws.tags import tags_of, value_of
from graph.aws.task_files import roles_in
from graph.concurrency import together
from graph.model import names
from graph.model.errors import AlreadyRunning, ApiError, Conflict, Invalid, NotFound
from graph.model.mover import GROUP_TAG, WITH_ACTIVE_RUN, Tag, Task
from graph.model.run import RunRef
from graph.operations.parts import kept_by
from graph.operations.runtime import Runtime
from graph.operations.updating_files import is_file_role
from graph.store import Parts

_ATTEMPT: Final = "delete"
"""Names the cancellations of a delete, of which a mover has one at a time."""
_RACES: Final = 5
"""How often a new run may start between the end of the last one and the call of DeleteTask."""


class Deletion:
    """Deletes the parts of one mover: task, locations, roles."""

    def __init__(self, runtime: Runtime, operation_id: str, task_arn: str) -> None:
        self._gateway, self._retries = runtime.gateway, runtime.retries
        self._operations, self._runs = runtime.store.operations, runtime.store.runs
        self._operation_id, self._task_arn = operation_id, task_arn

    async def read_parts(self, known: Parts | None = None) -> Parts:
        """Returns a mover's locations, each with the role to delete with it; empty if it is gone.

        The roles of its manifest and reports are parts without a location: their ARN takes its
        place.

        ``known``: read earlier. They are stored until they are deleted: once the task is gone,
        nothing else names them.
        """
        if known is not None:
            return known
        try:
            task = await self._retries.call_aws(
                lambda: tasks.describe_task(self._gateway, self._task_arn)
            )
            tags = await self._retries.call_aws(lambda: tags_of(self._gateway, self._task_arn))
        except NotFound:
            return []
        ends = _own_ends(task, tags)
        roles = await together(*(self._role_of(arn) for arn in ends))
        parts = list(zip(ends, roles, strict=True))
        parts += [(arn, None) for arn in await self._file_roles(task, tags)]
        await self._retries.call_store(
            lambda: self._operations.set_parts(self._operation_id, parts)
        )
        return parts

    async def delete_task(self, cancelled_by: str | None) -> None:
        """Deletes the task. With ``cancelled_by`` its active and queued runs are cancelled first.

        Raises AlreadyRunning for a run that is active, Conflict if the runs do not end in time or
        the task is in another state in which it cannot be deleted.
        """
        for race in range(_RACES):
            if cancelled_by is not None:
                await self._cancel_runs(cancelled_by)
            try:
                await self._retries.call_aws(
                    lambda: tasks.delete_task(self._gateway, self._task_arn)
                )
            except (Invalid, Conflict) as error:
                if cancelled_by is None or race == _RACES - 1:
                    raise await self._refusal(error) from None
            else:
                return

    async def _refusal(self, error: ApiError) -> ApiError:
        """The error for the caller if AWS refuses to delete the task.

        The call has no input of the caller, so the reason is the state of the task.
        """
        try:
            task = await tasks.describe_task(self._gateway, self._task_arn, fresh=True)
        except ApiError:
            return Conflict(error.message)
        if task.status in WITH_ACTIVE_RUN:
            return active_run()
        if task.status == "AVAILABLE":
            return Conflict(error.message)
        return Conflict(f"The mover cannot be deleted while its task is {task.status}.")

    async def delete_location(self, location_arn: str) -> bool:
        """Returns False if the location stays because another task uses it."""
        if await self._is_used(location_arn):
            return False
        call, gateway = self._retries.call_aws, self._gateway
        try:
            await call(lambda: locations.delete_location(gateway, location_arn))
        except (Invalid, Conflict) as error:
            if await self._is_used(location_arn):
                return False
            raise Conflict(error.message) from None
        return True

    async def _is_used(self, location_arn: str) -> bool:
        gateway = self._gateway
        found = await self._retries.call_aws(lambda: tasks.tasks_using(gateway, location_arn))
        return bool(found)

    async def _file_roles(self, task: Task, tags: tuple[Tag, ...]) -> list[str]:
        """Those that the server has made: of the mover's own manifest and report, and of runs."""
        aws, retries = self._gateway.of(self._task_arn), self._retries
        found = dict.fromkeys(roles_in(task.described).values())
        own = [arn for arn in found if await is_file_role(aws, retries, arn)]
        group = value_of(tags, GROUP_TAG)
        return own + await retries.call_aws(lambda: run_roles_of(aws, group, task.task_arn))

    async def delete_file_roles(self, role_arns: list[str]) -> None:
        """Deletes the roles of the manifest and reports, which the task alone used."""
        aws = self._gateway.of(self._task_arn)
        for role_arn in role_arns:
            await self._delete_role(aws, name_of_role(role_arn))

    async def delete_unused_roles(self, role_arns: list[str], location_arns: list[str]) -> None:
        """Deletes those roles of one account that no location uses any more.

        The original server shared roles between movers. ``location_arns``: the locations that used
        them. Raises the first error, after all the others, for roles that could not be deleted.
        """
        stuck: list[ApiError] = []
        aws = self._gateway.bind(names.arn(role_arns[0]).account)
        used = await self._retries.call_aws(lambda: users_of(aws, role_arns, near=location_arns))
        for role_arn in role_arns:
            if role_arn in used:
                continue
            try:
                await self._delete_role(aws, name_of_role(role_arn))
            except ApiError as error:  # one role that stays must not protect the others
                stuck.append(error)
        if stuck:
            raise type(stuck[0])(" ".join(error.message for error in stuck))

    async def _delete_role(self, aws: AccountGateway, name: str) -> None:
        await self._retries.call_aws(lambda: delete_role(aws, name))

    async def _role_of(self, location_arn: str) -> str | None:
        gateway = self._gateway
        location = await self._retries.call_aws(
            lambda: locations.describe_location(gateway, location_arn)
        )
        role = None if location is None else locations.bucket_role(location)
        account_id = names.arn(location_arn).account
        return role if role and is_movers_role(role, gateway.org, account_id) else None

    async def _cancel_runs(self, cancelled_by: str) -> None:
        """Cancels active and queued runs, and waits until they have ended. Raises Conflict."""
        policy = self._retries.policy
        until = time.monotonic() + policy.available
        while True:
            active = [run for run in await self._list_runs() if not run.ended]
            if not active:
                return
            for run in active:
                if run.status != "CANCELLING":
                    await self._cancel(run.run_arn, cancelled_by)
            if time.monotonic() > until:
                raise Conflict("The mover's run could not be cancelled in time.")
            await asyncio.sleep(policy.poll)

    async def _cancel(self, run_arn: str, cancelled_by: str) -> None:
        """Cancels a run. One that has ended meanwhile is left as it is.

        The record of the cancellation stays if one of the calls may have taken effect.
        """
        runs, retries = self._runs, self._retries
        # Noted first: a watch may see the end of the run before this call is answered.
        refused = await retries.call_store(
            lambda: runs.request_cancellation(run_arn, _ATTEMPT, cancelled_by)
        )

        async def cancel() -> None:
            nonlocal refused
            try:
                await cancel_run(self._gateway, run_arn)
            except ApiError as error:
                refused = refused and not may_take_effect(error)
                raise

        try:
            await retries.call_aws(cancel)
        except ApiError as error:
            if refused or await self._is_undisturbed(run_arn):
                await retries.call_store(lambda: runs.withdraw_cancellation(run_arn, _ATTEMPT))
            if not isinstance(error, Conflict | Invalid | NotFound):
                raise
        else:
            await retries.call_store(lambda: runs.confirm_cancellation(run_arn, _ATTEMPT))

    async def _is_undisturbed(self, run_arn: str) -> bool:
        """Whether a run is certainly active and is not being cancelled."""
        try:
            run = await describe_run(self._gateway, run_arn)
        except ApiError:
            return False
        return not run.ended and run.status != "CANCELLING"

    async def _list_runs(self) -> list[RunRef]:
        try:
            return await self._retries.call_aws(lambda: list_runs(self._gateway, self._task_arn))
        except NotFound:
            return []


def _own_ends(task: Task, tags: tuple[Tag, ...]) -> list[str]:
    """The task's locations without those that existed before the mover."""
    given = {"source": task.source_arn, "destination": task.destination_arn}
    keeping = {given[side] for side in kept_by(tags) if side in given}
    return [arn for arn in dict.fromkeys(given.values()) if arn not in keeping]


def active_run() -> AlreadyRunning:
    """The error for a deletion that would have to cancel a run."""
    return AlreadyRunning(
        "The mover has an active run. Stop it first, or have the delete cancel it."
    )
