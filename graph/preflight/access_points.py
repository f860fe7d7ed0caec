"""Checks of an access point of S3. At most two calls, and three for the bucket behind it."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Final

from graph.aws import access_points
from graph.aws.access_points import AccessPoint
from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations.s3 import is_on_outposts, point_of
from graph.model import names
from graph.model.location_specs import S3Spec
from graph.model.preflight import PreflightCheck
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.buckets import BucketSide, denials, examine_contents, examine_region, prefix_of
from graph.preflight.probe import Probe, guarded
from graph.preflight.results import About, MoverEnd

_ASK_AGENTS: Final = "Only the agents can tell whether they reach the access point on the Outpost."
_LOOK: Final = (
    "Look at its state and its policy in the console of S3 on Outposts. DataSync tests the access "
    "when the first run starts."
)


async def examine_access_point(
    probe: Probe, spec: S3Spec, end: MoverEnd, roles: MoverRoles
) -> list[PreflightCheck]:
    """One of another account, whose settings only its owner sees, is not examined further."""
    about, named = end.about("access-point-exists", "bucketArn"), names.arn(spec.bucket_arn)
    if is_on_outposts(spec.bucket_arn):
        return [about.unknown(_ASK_AGENTS, _LOOK)]
    if named.account != probe.aws.account_id:
        return _foreign(spec, end, roles)
    return await guarded(about, partial(_own, probe, spec, end, roles))


def _foreign(spec: S3Spec, end: MoverEnd, roles: MoverRoles) -> list[PreflightCheck]:
    text = "S3 shows an access point to nobody but the account that it belongs to."
    fix = "Ask its owner whether it exists, and admits requests from the internet."
    message = "The access point belongs to another account."
    needed = (
        "Its owner has to add these statements to its policy, and to let the policy of the bucket "
        "behind it delegate access to access points."
    )
    policy = roles.admit_to_access_point(spec.bucket_arn, writes=end.writes)
    return [
        end.about("access-point-exists", "bucketArn").unknown(text, fix),
        end.about("access-point-policy", "bucketArn").warned(message, needed, policy),
    ]


async def _own(
    probe: Probe, spec: S3Spec, end: MoverEnd, roles: MoverRoles, about: About
) -> list[PreflightCheck]:
    name, region = point_of(spec.bucket_arn), names.arn(spec.bucket_arn).region
    aws = probe.at(region)
    if aws.region != region:
        text = f"The server does not reach the region '{region}'."
        return [about.unknown(text, "Check the region in the ARN of the access point.")]
    found = await probe.ask(
        "s3:GetAccessPoint", partial(access_points.find_access_point, aws, name)
    )
    if found is None:
        message = f"There is no access point '{name}' in {aws.region}."
        return [about.failed(message, "Check its name and region, or create it first.")]
    policy = end.about("access-point-policy", "bucketArn")
    bucket = BucketSide(found.bucket, prefix_of(spec.subdirectory), end)
    others = await together(
        guarded(policy, partial(_policy, probe, aws, name, end, roles)),
        _bucket(probe, aws, found, bucket, roles),
    )
    exists = about.passed(f"The access point '{name}' of the bucket '{found.bucket}' exists.")
    there = examine_region(bucket, region, probe.aws.region)
    return [exists, there, _network(found, end), *chain.from_iterable(others)]


def _network(found: AccessPoint, end: MoverEnd) -> PreflightCheck:
    about = end.about("access-point-network", "bucketArn")
    if not found.only_from_vpc:
        return about.passed("The access point admits requests from any network.")
    text = "The access point rejects what does not come from its VPC, and DataSync may not."
    return about.warned(text, "Use an access point whose network origin is the internet.")


async def _policy(  # noqa: PLR0913, PLR0917 - the access point, and who uses it
    probe: Probe, aws: AccountGateway, name: str, end: MoverEnd, roles: MoverRoles, about: About
) -> list[PreflightCheck]:
    read = partial(access_points.policy_of_access_point, aws, name)
    policy = await probe.ask("s3:GetAccessPointPolicy", read)
    return [denials(policy, "access point", end, roles, about)]


async def _bucket(
    probe: Probe, aws: AccountGateway, found: AccessPoint, given: BucketSide, roles: MoverRoles
) -> list[PreflightCheck]:
    if found.bucket_account == aws.account_id:
        return await examine_contents(probe, aws, given, roles)
    text = f"The bucket '{found.bucket}' belongs to the account {found.bucket_account}."
    fix = "Its owner has to let the policy of the bucket delegate access to the access point."
    return [given.about("bucket-policy").warned(text, fix)]
