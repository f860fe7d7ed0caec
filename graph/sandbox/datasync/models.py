"""The state of one account's DataSync in one region."""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock
from typing import Any, ClassVar

from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.datasync.models import datasync_backends

from graph.sandbox.datasync.agents import AGENTS, Agent, activated, check_agents
from graph.sandbox.datasync.engine import ENGINE
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.files import storage_of
from graph.sandbox.datasync.kinds import tail
from graph.sandbox.datasync.launches import LAUNCHES
from graph.sandbox.datasync.lists import filtered
from graph.sandbox.datasync.options import DEFAULTS, merged
from graph.sandbox.datasync.parameters import (
    Tags,
    check_account,
    patterns,
    random_id,
    run_settings,
    tag_dict,
    task_settings,
)
from graph.sandbox.datasync.resources import (
    LOCATION_FILTERS,
    TASK_FILTERS,
    Execution,
    Location,
    Task,
)
from graph.sandbox.datasync.schedules import drop_schedule, set_schedule
from graph.sandbox.datasync.storage import Storage
from graph.sandbox.datasync.tagged import Resource, Tagged
from graph.sandbox.datasync.task_files import RunFiles, check_configs
from graph.sandbox.datasync.transfer import Transfer
from graph.sandbox.failures import Cancelled, Failure, RoleUnusable
from graph.sandbox.pace import PACE


class DataSyncBackend(BaseBackend, TaggableResourcesMixin):  # type: ignore[misc]  # untyped
    """Adds what moto lacks: real ids, real copies, paging, tags, quotas and rejections."""

    SERVICE_NAMESPACE: ClassVar[str] = "datasync"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = RLock()
        self.locations: dict[str, Location] = {}
        self.tasks: dict[str, Task] = {}
        self.executions: dict[str, Execution] = {}
        self.tagged = Tagged(self._resource, self._listed)

    def reset(self) -> None:
        with self.lock:
            for task in self.tasks.values():
                drop_schedule(task)
            LAUNCHES.drop(self.executions.values())
        super().reset()

    def _arn(self, kind: str, prefix: str) -> str:
        home = f"arn:{self.partition}:datasync:{self.region_name}:{self.account_id}"
        return f"{home}:{kind}/{prefix}-{random_id()}"

    # Agents

    def agents(self) -> list[Agent]:
        """In order of creation."""
        home = self._arn("agent", "agent").rpartition("-")[0]
        return AGENTS.below(home)

    def create_agent(self, tags: Tags, params: dict[str, Any]) -> Agent:
        return activated(self._arn("agent", "agent"), tag_dict(tags), params)

    # Locations

    def create_location(self, kind: str, tags: Tags, params: dict[str, Any]) -> Location:
        check_agents(params, self.account_id)
        made = Location(
            arn=self._arn("location", "loc"), tags=tag_dict(tags), kind=kind, params=params
        )
        if kind == "S3":
            on_outposts = ":s3-outposts:" in params["S3BucketArn"]
            params.setdefault("S3StorageClass", "OUTPOSTS" if on_outposts else "STANDARD")
            try:
                self._storage(made).check_access()
            except RoleUnusable as failure:
                raise InvalidRequestException(failure.detail) from failure
            except Failure as failure:
                raise InvalidRequestException(
                    f"DataSync location access test failed: {failure.detail}"
                ) from failure
        with self.lock:
            self.locations[made.arn] = made
        return made

    def location(self, arn: str, kind: str | None = None) -> Location:
        check_account(arn, self.account_id)
        location = self.locations.get(arn)
        if location is None:
            raise InvalidRequestException(f"Location {tail(arn)} is not found.")
        if kind not in (None, location.kind):
            raise InvalidRequestException(f"Location {tail(arn)} is not of type {kind}.")
        return location

    def _location_anywhere(self, arn: str) -> Location:
        """A location of this account in the region that its ARN names."""
        check_account(arn, self.account_id)
        region = arn.split(":")[3]
        backends = datasync_backends[self.account_id]
        if region not in backends:
            raise InvalidRequestException(f"Location {tail(arn)} is not found.")
        found: Location = backends[region].location(arn)
        return found

    def update_location(self, kind: str, arn: str, params: dict[str, Any]) -> None:
        location = self.location(arn, kind)
        check_agents(params, self.account_id)
        location.params.update(params)

    def delete_location(self, arn: str) -> None:
        with self.lock:
            location = self.location(arn)
            users = [
                task
                for backend in list(datasync_backends[self.account_id].values())
                for task in list(backend.tasks.values())
                if location in (task.source, task.destination)
            ]
            if users:
                named = ", ".join(tail(task.arn) for task in users)
                raise InvalidRequestException(f"Location {tail(arn)} is in use by {named}.")
            del self.locations[arn]
            self.tagged.deleted("location", location)

    def list_locations(self, rules: list[dict[str, Any]] | None) -> list[Location]:
        return filtered(list(self.locations.values()), rules, LOCATION_FILTERS)

    # Tasks

    def create_task(self, params: dict[str, Any]) -> Task:
        source = self._location_anywhere(params.pop("SourceLocationArn"))
        destination = self._location_anywhere(params.pop("DestinationLocationArn"))
        mode = params.pop("TaskMode", None) or "BASIC"
        with self.lock:
            if len(self.tasks) >= PACE.tasks:
                raise InvalidRequestException(
                    f"You have exceeded the limit of {PACE.tasks} tasks for this account."
                )
            arn = self._arn("task", "task")
            check_configs(params, self.partition, arn)
            self.tasks[arn] = task = Task(
                arn=arn,
                tags=tag_dict(params.pop("Tags", None)),
                source=source,
                destination=destination,
                name=params.pop("Name", None) or "",
                options=merged((source, destination), {}, params.pop("Options", None), mode),
                settings=task_settings(params),
                mode=mode,
            )
            self._set_schedule(task)
        return task

    def _set_schedule(self, task: Task) -> None:
        set_schedule(task, lambda: self.start_task_execution({"TaskArn": task.arn}))

    def task(self, arn: str) -> Task:
        check_account(arn, self.account_id)
        task = self.tasks.get(arn)
        if task is None:
            raise InvalidRequestException(f"Task {tail(arn)} is not found.")
        return task

    def update_task(self, arn: str, params: dict[str, Any]) -> None:
        with self.lock:
            task = self.task(arn)
            check_configs({**task.settings, **params}, self.partition, arn)
            task.options = merged(task.ends, task.options, params.pop("Options", None), task.mode)
            task.name = params.pop("Name", None) or task.name
            task.settings = task_settings({**task.settings, **params})
            if "Schedule" in params:
                self._set_schedule(task)

    def delete_task(self, arn: str) -> None:
        with self.lock:
            task = self.task(arn)
            if task.active or task.queue:
                raise InvalidRequestException(f"Task {tail(arn)} has an execution in progress.")
            del self.tasks[arn]
            drop_schedule(task)
            self.tagged.deleted("task", task)
            for execution in [e for e in self.executions.values() if e.task is task]:
                del self.executions[execution.arn]

    def list_tasks(self, rules: list[dict[str, Any]] | None) -> list[Task]:
        return filtered(list(self.tasks.values()), rules, TASK_FILTERS)

    # Executions

    def start_task_execution(self, params: dict[str, Any]) -> Execution:
        with self.lock:
            task = self.task(params.pop("TaskArn"))
            given = params.pop("OverrideOptions", None)
            options = merged(task.ends, task.options, given, task.mode)
            task.check_startable(options)
            if len(task.queue) >= PACE.queued_runs:
                raise InvalidRequestException(
                    f"You have exceeded the limit of {PACE.queued_runs} queued executions."
                )
            execution = self._execution(task, options, params)
            self.executions[execution.arn] = task.latest = execution
            LAUNCHES.add(execution)
        return execution

    def _execution(self, task: Task, options: dict[str, Any], params: dict[str, Any]) -> Execution:
        tags = tag_dict(params.pop("Tags", None))
        settings = run_settings(task.settings, params)
        arn = f"{task.arn}/execution/exec-{random_id()}"
        return Execution(
            arn=arn,
            tags=tags,
            task=task,
            options=options,
            settings=settings,
            transfer=Transfer(
                source=self._storage(task.source, options),
                destination=self._storage(task.destination, options),
                options=options,
                includes=patterns(settings.get("Includes")),
                excludes=patterns(settings.get("Excludes")),
                enhanced=task.mode == "ENHANCED",
                files=RunFiles(arn, settings, self.partition, self.account_id),
            ),
        )

    def execution(self, arn: str) -> Execution:
        check_account(arn, self.account_id)
        execution = self.executions.get(arn)
        if execution is None:
            raise InvalidRequestException(f"Task execution {tail(arn)} is not found.")
        return execution

    def update_task_execution(self, arn: str, options: dict[str, Any]) -> None:
        execution = self.execution(arn)
        if execution.transfer.ended:
            raise InvalidRequestException(f"Task execution {tail(arn)} is no longer running.")
        execution.options["BytesPerSecond"] = options.get("BytesPerSecond", -1)

    def cancel_task_execution(self, arn: str) -> None:
        with self.lock:
            execution = self.execution(arn)
            if LAUNCHES.remove(execution):
                execution.transfer.abandon(Cancelled())
            elif not ENGINE.cancel(execution.transfer):
                raise InvalidRequestException(
                    f"Task execution {tail(arn)} is not in a state that can be cancelled."
                )

    def list_task_executions(self, task_arn: str | None) -> list[Execution]:
        if task_arn is not None:
            self.task(task_arn)
        return [e for e in list(self.executions.values()) if task_arn in (None, e.task.arn)]

    # Tags

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        self.tagged.add(arn, tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        self.tagged.remove(arn, tag_keys)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        return self.tagged.shown()

    def _resource(self, arn: str) -> Resource | None:
        owned = (self.tasks, self.locations, self.executions)
        found = next((some[arn] for some in owned if arn in some), None)
        return found or AGENTS.known(arn)

    def _listed(self) -> Iterator[tuple[str, Resource]]:
        for kind, owned in (("task", self.tasks), ("location", self.locations)):
            yield from ((kind, resource) for resource in list(owned.values()))
        yield from (("agent", agent) for agent in self.agents())

    def _storage(self, location: Location, options: dict[str, Any] = DEFAULTS) -> Storage:
        return storage_of(location, self.account_id, self.partition, options)
