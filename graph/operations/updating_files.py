"""What an update does about the roles of a manifest and of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from graph.aws.client.gateway import AccountGateway, Gateway
from graph.aws.locations import describe_location
from graph.aws.marks import operation_tag
from graph.aws.roles import (
    delete_role,
    ensure_role_for,
    is_movers_role,
    name_of_role,
    role_path,
    tags_of_role,
)
from graph.aws.tags import value_of
from graph.aws.task_files import Files, files_of, report_in, roles_in, statement_of
from graph.locations.ends import end_of_location
from graph.model.change import MoverChange, MoverSetting
from graph.model.errors import Conflict, NotFound
from graph.model.mover import (
    GROUP_TAG,
    HIDDEN_TAGS,
    ORG_TAG,
    PART_TAG,
    WITH_ACTIVE_RUN,
    Tag,
    Task,
    own_tags,
)
from graph.model.task_files import FILE_PARTS, MANIFEST, REPORT
from graph.operations.retries import Retries
from graph.task_settings.tags import callers_tags
from graph.task_settings.task_files import check_report_place

_SETTINGS: Final = {MANIFEST: MoverSetting.MANIFEST, REPORT: MoverSetting.REPORT}


def files_in(change: MoverChange) -> Files:
    """The new manifest and the new report, by part."""
    return files_of(change.manifest, change.report)


def require_no_run(change: MoverChange, task: Task) -> None:
    """Raises Conflict if a run uses what is to be replaced: its role is removed with it."""
    for part in _replaced(change, task):
        if task.status in WITH_ACTIVE_RUN:
            raise Conflict(
                f"A run of the mover is active, which uses its {part}. Change the {part} once the "
                "run has ended."
            )


async def check_place(gateway: Gateway, change: MoverChange, task: Task) -> None:
    """Raises Invalid for reports that a run would delete. Costs a call where that may be."""
    report = change.report or (
        None if MoverSetting.REPORT in change.clear else report_in(task.described)
    )
    options = {**task.options, **change.options}
    if report is None or options.get("PreserveDeletedFiles") != "REMOVE":
        return
    destination = await describe_location(gateway, task.destination_arn)
    path = ("report", "bucketArn") if change.report else ("options", "preserveDeletedFiles")
    if destination is not None:
        check_report_place(options, report.bucket_arn, end_of_location(destination), path)


class FileRoles:
    """Creates and removes the roles of one update. Every step can be repeated."""

    def __init__(
        self, gateway: Gateway, retries: Retries, operation_id: str, task_arn: str
    ) -> None:
        self._retries, self._org, self._operation_id = retries, gateway.org, operation_id
        self._aws: AccountGateway = gateway.of(task_arn)

    def planned(self, change: MoverChange, task: Task, tags: Iterable[Tag]) -> dict[str, str]:
        """The ARNs that the roles of the new manifest and report will have, by part."""
        aws, path = self._aws, role_path(self._org, value_of(tags, GROUP_TAG) or "-")
        home = f"arn:{aws.partition}:iam::{aws.account_id}:role"
        return {part: f"{home}{path}{self._name(task, part)}" for part in files_in(change)}

    async def replaced(self, change: MoverChange, task: Task) -> list[str]:
        """The roles that are to be removed after the change: those that the server has made."""
        return [arn for arn in _replaced(change, task).values() if await self._is_ours(arn)]

    async def of_task(self, task: Task) -> list[str]:
        """The roles of the task's present manifest and reports that the server has made."""
        return [arn for arn in roles_in(task.described).values() if await self._is_ours(arn)]

    async def create(
        self, roles: Mapping[str, str], change: MoverChange, tags: Mapping[str, str]
    ) -> None:
        """Creates the planned roles. ``tags``: all that they are to have but for the marks."""
        for part, spec in files_in(change).items():
            path, name = roles[part].partition(":role")[2].rsplit("/", 1)
            of_mover = tuple(Tag(*each) for each in tags.items())
            given = (*of_mover, Tag(PART_TAG, part), self._mark)
            ensure = partial(
                ensure_role_for, self._aws, name, f"{path}/", statement_of(spec), given
            )
            await self._retries.call_aws(ensure)

    async def remove_new(self, roles: Mapping[str, str]) -> None:
        """Removes what ``create`` made."""
        for arn in roles.values():
            await self._delete(arn, (self._mark,))

    async def remove_replaced(self, arns: Iterable[str]) -> None:
        """Removes roles that no task needs any more."""
        for arn in arns:
            await self._delete(arn, ())

    @property
    def _mark(self) -> Tag:
        return operation_tag(self._operation_id)

    def _name(self, task: Task, part: str) -> str:
        """Unique to the operation, within IAM's 64 characters."""
        return f"{task.name[:40]}-{part}-{self._operation_id.replace('-', '')[:10]}"

    async def _delete(self, arn: str, marks: tuple[Tag, ...]) -> None:
        name = name_of_role(arn)
        await self._retries.call_aws(lambda: delete_role(self._aws, name, marks))

    async def _is_ours(self, arn: str) -> bool:
        return await is_file_role(self._aws, self._retries, arn)


async def is_file_role(aws: AccountGateway, retries: Retries, arn: str) -> bool:
    """Whether the server has made a role, for a manifest or reports. One call."""
    if not is_movers_role(arn, aws.org, aws.account_id):
        return False
    tags: tuple[Tag, ...] = ()
    with suppress(NotFound):
        tags = await retries.call_aws(lambda: tags_of_role(aws, name_of_role(arn)))
    return value_of(tags, PART_TAG) in FILE_PARTS


def tags_of_new(org: str, of_task: tuple[Tag, ...], change: MoverChange) -> dict[str, str]:
    """The tags of a role that an update makes: the mover's, as they will be."""
    wanted = change.wanted_tags
    own = own_tags(org) | {ORG_TAG: org}
    kept = {tag.key: tag.value for tag in of_task if tag.key == GROUP_TAG}
    callers = callers_tags(of_task) if wanted is None else wanted
    found = own | kept | {tag.key: tag.value for tag in callers}
    return {key: value for key, value in found.items() if key not in HIDDEN_TAGS}


def _replaced(change: MoverChange, task: Task) -> dict[str, str]:
    """The roles of the task that the change leaves without use, by part."""
    new = files_in(change)
    return {
        part: arn
        for part, arn in roles_in(task.described).items()
        if part in new or _SETTINGS[part] in change.clear
    }
