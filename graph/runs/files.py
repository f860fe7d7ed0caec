"""What a start does about the manifest and the report that its run alone has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.locations import describe_location
from graph.aws.refusals import refusal_of, seconds_to_retry, with_advice
from graph.aws.roles import is_movers_role
from graph.aws.run_roles import ensure_run_role
from graph.aws.tags import tags_of, value_of
from graph.aws.task_files import Files, check_buckets, described_files, files_of, statement_of
from graph.locations import Home
from graph.locations.ends import end_of_location
from graph.model.clock import Clock
from graph.model.ends import End
from graph.model.errors import ApiError, Upstream
from graph.model.mover import GROUP_TAG, Task
from graph.model.overrides import RunOverrides
from graph.model.resources import Resource
from graph.model.task_files import (
    MANIFEST,
    REPORT,
    ManifestSpec,
    ReportSpec,
    resource_of_manifest,
    resource_of_report,
)
from graph.task_settings.task_files import check_report_place

T = TypeVar("T")

ROOT: Final = ("overrides",)
"""Their path in the input."""
_UNTIL_KNOWN: Final = 5.0
"""Seconds after which a new role that IAM does not find yet fails the start."""
_UNTIL_USABLE: Final = 15.0
"""The same for one that DataSync cannot use yet."""
_WAIT: Final = 2.0


def files_in(overrides: RunOverrides) -> Files:
    """The manifest and the report of the run alone, by part."""
    return files_of(overrides.manifest, overrides.report)


def resources_of(overrides: RunOverrides) -> list[Resource]:
    """What the run reads and writes besides its locations, instead of what its mover does."""
    manifest, report = overrides.manifest, overrides.report
    found = [resource_of_manifest(manifest, (*ROOT, MANIFEST))] if manifest else []
    return found + ([resource_of_report(report, (*ROOT, REPORT))] if report else [])


def check_files(overrides: RunOverrides, aws: AccountGateway) -> None:
    """Raises Invalid for what is in no bucket that DataSync can use."""
    check_buckets(files_in(overrides), Home(aws.account_id, aws.region, aws.partition), ROOT)


def check_place(overrides: RunOverrides, task: Task, destination: End) -> None:
    """Raises Invalid for a report that the run would delete."""
    report = overrides.report or described_files(task.described).report
    path = ("report", "bucketArn") if overrides.report else ("options", "preserveDeletedFiles")
    if report is not None and (overrides.report or overrides.options):
        options = {**task.options, **overrides.options}
        check_report_place(options, report.bucket_arn, destination, (*ROOT, *path))


async def check_place_of(gateway: ArnGateway, overrides: RunOverrides, task: Task) -> None:
    """The same. Costs a call where that may be."""
    deletes = {**task.options, **overrides.options}.get("PreserveDeletedFiles") == "REMOVE"
    has_report = overrides.report or described_files(task.described).report
    if not (deletes and has_report and (overrides.report or overrides.options)):
        return
    destination = await describe_location(gateway, task.destination_arn)
    if destination is not None:
        check_place(overrides, task, end_of_location(destination))


def foreign_files(overrides: RunOverrides, task: Task, org: str, account_id: str) -> Files:
    """Those that the roles of the mover's own manifest and reports do not reach, by part."""
    own = described_files(task.described)
    reached = {
        part: (spec, is_movers_role(own.roles[part], org, account_id))
        for part, spec in files_of(own.manifest, own.report).items()
        if part in own.roles
    }
    return {
        part: spec
        for part, spec in files_in(overrides).items()
        if part not in reached or not _reaches(reached[part], spec)
    }


def _reaches(own: tuple[ManifestSpec | ReportSpec, bool], spec: ManifestSpec | ReportSpec) -> bool:
    """Whether the mover's role does. ``own``: for what, and whether the server has made it."""
    has, wanted = statement_of(own[0])[1], statement_of(spec)[1]
    return wanted == has or (own[1] and has.endswith("*") and wanted.startswith(has[:-1]))


async def roles_for(
    aws: AccountGateway, clock: Clock, task: Task, overrides: RunOverrides
) -> dict[str, str]:
    """The ARNs of the roles for the manifest and report of the run, by part; made if need be."""
    foreign = foreign_files(overrides, task, aws.org, aws.account_id)
    roles = dict(described_files(task.described).roles) if files_in(overrides) else {}
    if foreign:
        group = value_of(await tags_of(aws, task.task_arn), GROUP_TAG)
        for part, spec in foreign.items():
            ensure = partial(ensure_run_role, aws, group, task, part, spec)
            roles[part] = await _patiently(clock, ensure, _is_not_known_yet, _UNTIL_KNOWN)
    return roles


async def until_usable(clock: Clock, start: Callable[[], Awaitable[str]]) -> str:
    """The result of a start, repeated for a while if DataSync cannot use its roles yet."""
    return await _patiently(clock, start, _is_of_new_role, _UNTIL_USABLE)


async def _patiently(
    clock: Clock,
    work: Callable[[], Awaitable[T]],
    passes: Callable[[ApiError], bool],
    seconds: float,
) -> T:
    """The result of ``work``, which is repeated after errors that pass."""
    until = clock.monotonic() + seconds
    while True:
        try:
            return await work()
        except ApiError as error:
            if not passes(error) or clock.monotonic() + _WAIT > until:
                raise with_advice(error) from error.__cause__
        await clock.sleep(_WAIT)


def _is_not_known_yet(error: ApiError) -> bool:
    return isinstance(error, Upstream)


def _is_of_new_role(error: ApiError) -> bool:
    """Whether AWS has refused a start for a role that may become usable: it has begun nothing."""
    return refusal_of(error) is not None and seconds_to_retry(error) > 0
