"""The steps that roll a create back. Each can be repeated: what is gone already is no obstacle."""

from __future__ import annotations

from graph.aws import locations, tasks
from graph.aws.marks import operation_tag
from graph.aws.roles import delete_role
from graph.locations import creation_of
from graph.model.location_specs import ExistingSpec
from graph.model.operation import NewMover
from graph.operations.parts import marks, role_name, spec_of
from graph.operations.runtime import Runtime


class Rollback:
    """Removes the parts that one operation has created, and no others."""

    def __init__(self, runtime: Runtime, operation_id: str, new: NewMover) -> None:
        self._retries, self._operations = runtime.retries, runtime.store.operations
        self._operation_id, self._new = operation_id, new
        self._aws = runtime.gateway.at(new.account_id, new.region)
        self._seconds = runtime.retries.policy.rollback_seconds

    async def remove_task(self) -> None:
        aws, mine = self._aws, marks(self._operation_id)

        async def remove() -> None:
            for arn in await tasks.made_tasks(aws, self._new.name, mine):
                await tasks.delete_task(aws, arn)

        await self._retries.call_aws(remove, self._seconds)
        await self._retries.call_store(lambda: self._operations.set_task(self._operation_id, None))

    async def remove_side(self, side: str) -> None:
        """Removes one side's location, then its role, which the location needs until then."""
        aws, spec, mine = self._aws, spec_of(self._new, side), marks(self._operation_id, side)
        if isinstance(spec, ExistingSpec):
            return

        async def remove() -> None:
            for arn in await locations.made_locations(aws, spec, mine):
                await locations.delete_location(aws, arn)

        await self._retries.call_aws(remove, self._seconds)
        if not creation_of(spec).needs_role:
            return
        await self._remove_role(side)

    async def remove_file_role(self, part: str) -> None:
        """Removes the role of the manifest or of the reports, which the task needs until then."""
        await self._remove_role(part)

    async def _remove_role(self, part: str) -> None:
        name = role_name(self._operation_id, self._new, part)
        own = operation_tag(self._operation_id)
        await self._retries.call_aws(lambda: delete_role(self._aws, name, (own,)), self._seconds)
