"""Checks of what is behind one end of a mover: a bucket, a file system or a server."""

from __future__ import annotations

from typing import Final

from graph.locations import Home
from graph.locations.present import spec_of
from graph.model import names
from graph.model.location import Location
from graph.model.location_specs import (
    AzureBlobSpec,
    EfsSpec,
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
    NewLocationSpec,
    ObjectStorageSpec,
    S3Spec,
)
from graph.model.preflight import PreflightCheck
from graph.preflight.access_points import examine_access_point
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.buckets import BucketSide, bucket_of, examine_bucket, prefix_of
from graph.preflight.fsx import examine_fsx
from graph.preflight.networks import examine_efs
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd

_FROM_AGENT: Final = (
    "In the local console of an agent, choose `Test connectivity to self-managed storage`. The "
    "error of a run that cannot reach it names the cause."
)
_FROM_INTERNET: Final = (
    "Check from a machine outside of your network that it answers, with a certificate that is "
    "trusted publicly. The error of a run that cannot reach it names the cause."
)


async def examine_location(
    probe: Probe, location: Location, end: MoverEnd, roles: MoverRoles
) -> list[PreflightCheck]:
    """Of a location that exists, as ``examine_storage`` does of one that is to be created."""
    parts = names.arn(location.arn)
    spec = spec_of(location, Home(parts.account, parts.region, parts.partition))
    if spec is None:
        text = f"The server does not know what a location of the kind {location.kind} needs."
        return [end.about("reachable").unknown(text, "Start a run: its error names the cause.")]
    return await examine_storage(probe, spec, end, roles)


async def examine_storage(
    probe: Probe, spec: NewLocationSpec, end: MoverEnd, roles: MoverRoles
) -> list[PreflightCheck]:
    """At most five calls."""
    if isinstance(spec, S3Spec):
        bucket = bucket_of(spec)
        if bucket is None:
            return await examine_access_point(probe, spec, end, roles)
        given = BucketSide(bucket, prefix_of(spec.subdirectory), end)
        return await examine_bucket(probe, given, roles)
    if isinstance(spec, EfsSpec):
        return await examine_efs(probe, spec, end)
    if isinstance(spec, FsxLustreSpec | FsxOntapSpec | FsxOpenZfsSpec | FsxWindowsSpec):
        return await examine_fsx(probe, spec, end)
    return [_reachable(spec, end)]


def _reachable(spec: NewLocationSpec, end: MoverEnd) -> PreflightCheck:
    """AWS tells nothing of servers before a run reads from them."""
    about = end.about("reachable")
    agentless = isinstance(spec, ObjectStorageSpec | AzureBlobSpec) and not spec.agent_arns
    if agentless:
        text = "DataSync reaches the server over the internet, and does not tell beforehand if so."
        return about.unknown(text, _FROM_INTERNET)
    return about.unknown("Only the agents can tell whether they reach the server.", _FROM_AGENT)
