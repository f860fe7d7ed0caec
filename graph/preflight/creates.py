"""Examines what a new mover would meet."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations import place_of
from graph.model.location_specs import (
    EfsSpec,
    ExistingSpec,
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
    LocationSpec,
    S3Spec,
)
from graph.model.operation import NewMover
from graph.model.preflight import Preflight, PreflightCheck
from graph.model.task_settings import TaskSettings
from graph.preflight.agents import UsedAgents, examine_agents
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.buckets import BucketSide, bucket_of, examine_bucket, prefix_of
from graph.preflight.inputs import accepted
from graph.preflight.log_groups import examine_log_group
from graph.preflight.networks import FileSystemSide, examine_efs, examine_fsx
from graph.preflight.probe import MOST_CALLS, Probe, guarded
from graph.preflight.results import SIDES, About
from graph.preflight.room import Quotas, examine_room
from graph.preflight.schedules import examine_schedule

_OF_TASKS: Final = 2
"""Calls that the lists of tasks and of tags take, of an account whose tasks fit on a page."""
_OF_LOCATION: Final = 3
"""Calls that at most describe one that exists: an ARN does not tell its kind."""


async def examine_create(
    aws: AccountGateway, new: NewMover, quotas: Quotas, *, being_created: bool
) -> Preflight:
    """Of an input that a create accepts, from a caller who may use what it names.

    Locations that exist have been read, and the mode of the mover has been decided.

    Raises NotFound for an account that does not let the server in, and what the lists of its tasks
    raise.
    """
    ends = (("source", new.source), ("destination", new.destination))
    read = sum(isinstance(spec, ExistingSpec) for _, spec in ends)
    probe = Probe(aws, MOST_CALLS - _OF_TASKS - _OF_LOCATION * read)
    roles = roles_of(aws, new.group)
    settings = new.settings
    log_group = About("log-group", path=("logGroupArn",))
    found = await together(
        examine_room(aws, new, quotas, being_created=being_created),
        guarded(log_group, partial(examine_log_group, probe, settings)),
        examine_agents(probe, (_agents(spec, side) for side, spec in ends)),
        *(_examine(probe, spec, side, roles, settings) for side, spec in ends),
    )
    checks = accepted(new)
    if settings.expression is not None:
        about = About("schedule", path=("schedule", "expression"))
        checks += await examine_schedule(settings.expression, about)
    return Preflight((*checks, *chain.from_iterable(found)))


def roles_of(aws: AccountGateway, group: str) -> MoverRoles:
    """The roles of the movers of a group."""
    management = aws.gateway.clients.role_arn(aws.account_id)
    return MoverRoles(aws.partition, aws.account_id, aws.org, group, management)


async def _examine(
    probe: Probe, spec: LocationSpec, side: str, roles: MoverRoles, settings: TaskSettings
) -> list[PreflightCheck]:
    path = place_of(spec, side)
    if isinstance(spec, S3Spec):
        return await _examine_s3(probe, spec, side, roles, settings)
    if isinstance(spec, EfsSpec):
        return await examine_efs(probe, spec, FileSystemSide(SIDES[side], path))
    if (found := _file_system(spec)) is not None:
        member, arn = found
        return await examine_fsx(
            probe, arn, About("file-system-exists", SIDES[side], (*path, member))
        )
    if isinstance(spec, ExistingSpec):
        about = About("location-exists", SIDES[side], (*path, "locationArn"))
        return [about.passed(f"The location {spec.location_arn} exists.")]
    text = "Whether DataSync reaches it is found out when the mover is created or runs."
    return [About("reachable", SIDES[side], path).unknown(text)]


def _agents(spec: LocationSpec, side: str) -> UsedAgents:
    arns = tuple(getattr(spec, "agent_arns", ()))
    return UsedAgents(arns, SIDES[side], (*place_of(spec, side), "agentArns"))


def _file_system(spec: LocationSpec) -> tuple[str, str] | None:
    """Of FSx: the member of the input that names it, and its ARN or that of its virtual machine."""
    if isinstance(spec, FsxOntapSpec):
        return "storageVirtualMachineArn", spec.storage_virtual_machine_arn
    if isinstance(spec, FsxLustreSpec | FsxOpenZfsSpec | FsxWindowsSpec):
        return "filesystemArn", spec.filesystem_arn
    return None


async def _examine_s3(
    probe: Probe, spec: S3Spec, side: str, roles: MoverRoles, settings: TaskSettings
) -> list[PreflightCheck]:
    path, bucket = place_of(spec, side), bucket_of(spec)
    if bucket is None:
        about = About("bucket-exists", SIDES[side], (*path, "bucketArn"))
        return [about.unknown("Access points are not examined: DataSync tests them itself.")]
    deletes = settings.options.get("PreserveDeletedFiles") == "REMOVE"
    prefix = prefix_of(spec.subdirectory)
    given = BucketSide(bucket, prefix, SIDES[side], path, deletes=deletes)
    return await examine_bucket(probe, given, roles)
