"""Checks of a bucket that a mover reads from or writes to. At most four calls for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final

from graph.aws import buckets
from graph.aws.buckets import ListedObject
from graph.aws.client.gateway import AccountGateway
from graph.aws.keys import Key, describe_key
from graph.concurrency import together
from graph.locations.s3 import is_on_outposts
from graph.model import names
from graph.model.advice import RunSide
from graph.model.errors import NotFound
from graph.model.location_specs import S3Spec
from graph.model.preflight import PreflightCheck
from graph.model.resources import s3_prefix
from graph.preflight.bucket_policies import Denial, MoverRoles
from graph.preflight.probe import Probe, Unknown, guarded
from graph.preflight.results import About, MoverEnd

_SAMPLE: Final = 100
"""The objects of a source that are looked at."""
_ARCHIVED: Final = ("GLACIER", "DEEP_ARCHIVE")
_SMALL: Final = {
    **dict.fromkeys(("STANDARD_IA", "ONEZONE_IA", "GLACIER_INSTANT_RETRIEVAL"), "128 KB"),
    **dict.fromkeys(_ARCHIVED, "40 KB"),
}
"""By storage class: below which size DataSync writes an object to STANDARD instead."""


@dataclass(frozen=True, slots=True)
class BucketSide:
    """The bucket at one end of a mover."""

    bucket: str
    prefix: str
    end: MoverEnd

    def about(self, check: str) -> About:
        return self.end.about(check, "bucketArn")


def bucket_of(spec: S3Spec) -> str | None:
    """The name of the bucket; None for an access point, whose settings are elsewhere."""
    parts = names.arn(spec.bucket_arn)
    return None if parts.account or is_on_outposts(spec.bucket_arn) else parts.resource


def storage_class(spec: S3Spec, path: tuple[str, ...]) -> list[PreflightCheck]:
    """What the storage class means for small objects. No call."""
    size = _SMALL.get(spec.storage_class or "")
    if size is None:
        return []
    about = About("storage-class", RunSide.DESTINATION, (*path, "storageClass"))
    message = f"DataSync writes objects below {size} to STANDARD instead of {spec.storage_class}."
    return [about.warned(message, "Use a lifecycle rule of the bucket if that matters.")]


async def examine_bucket(
    probe: Probe, given: BucketSide, roles: MoverRoles
) -> list[PreflightCheck]:
    """A bucket that does not exist, or that is another account's, is not examined further."""
    try:
        region = await probe.ask(
            "s3:ListBucket", partial(buckets.region_of_own_bucket, probe.aws, given.bucket)
        )
    except Unknown as unknown:
        return _not_own(given, roles, unknown)
    if region is None:
        message = f"There is no bucket '{given.bucket}'."
        return [given.about("bucket-exists").failed(message, "Check its name, or create it first.")]
    found = await examine_contents(probe, probe.at(region), given, roles)
    exists = given.about("bucket-exists").passed(f"The bucket '{given.bucket}' exists.")
    return [exists, examine_region(given, region, probe.aws.region), *found]


async def examine_contents(
    probe: Probe, aws: AccountGateway, given: BucketSide, roles: MoverRoles
) -> list[PreflightCheck]:
    """Of a bucket that is the account's own. ``aws``: in its region."""
    last = ("bucket-versioning", _versions) if given.end.writes else ("source-sample", _sample)
    examined: list[tuple[str, Callable[[About], Awaitable[list[PreflightCheck]]]]] = [
        ("bucket-policy", partial(_policy, probe, aws, given, roles)),
        ("bucket-encryption", partial(_key, probe, aws, given, roles)),
        (last[0], partial(last[1], probe, aws, given)),
    ]
    found = await together(*(guarded(given.about(each), read) for each, read in examined))
    return list(chain.from_iterable(found))


def _not_own(given: BucketSide, roles: MoverRoles, unknown: Unknown) -> list[PreflightCheck]:
    about = given.about("bucket-exists")
    if unknown.fix is None:  # no answer at all
        return [about.unknown(unknown.message)]
    text = f"S3 does not tell this account whether there is a bucket '{given.bucket}'."
    exists = about.unknown(text, unknown.fix)
    message = (
        f"The bucket '{given.bucket}' belongs to another account, or the management role may not "
        "list it."
    )
    fix = (
        "If it belongs to another account, its owner has to add these statements to the policy of "
        "the bucket, and should disable ACLs so that it owns what is written."
    )
    policy = roles.admit(given.bucket, writes=given.end.writes)
    return [exists, given.about("bucket-policy").warned(message, fix, policy)]


def examine_region(given: BucketSide, region: str, own: str) -> PreflightCheck:
    """Whether the bucket is in the region of the mover, ``own``."""
    about = given.about("bucket-region")
    if region == own:
        return about.passed(f"The bucket is in {region}, like the mover.")
    return about.warned(
        f"The bucket is in {region}, and the mover will be in {own}. In BASIC mode, DataSync wants "
        "a mover in the region of its destination.",
        "Use a bucket of the same region, or the ENHANCED mode.",
    )


async def _policy(
    probe: Probe, aws: AccountGateway, given: BucketSide, roles: MoverRoles, about: About
) -> list[PreflightCheck]:
    policy = await probe.ask(
        "s3:GetBucketPolicy", partial(buckets.policy_of_bucket, aws, given.bucket)
    )
    return [denials(policy, "bucket", given.end, roles, about)]


def denials(
    policy: Mapping[str, Any] | None, of: str, end: MoverEnd, roles: MoverRoles, about: About
) -> PreflightCheck:
    """What a policy denies to the role of the mover. ``of``: how messages name what has it."""
    denial = roles.denied_by(policy or {}, writes=end.writes)
    if denial is Denial.NONE:
        return about.passed(f"No policy of the {of} denies anything to the role of the mover.")
    message = f"A Deny statement in the policy of the {of} concerns the role of the mover"
    fix = f"Exempt the roles {roles.pattern} from it, for example by aws:PrincipalArn."
    if denial is Denial.CERTAIN:
        return about.failed(f"{message}.", fix)
    return about.warned(f"{message} under conditions that are not evaluated here.", fix)


async def _key(
    probe: Probe, aws: AccountGateway, given: BucketSide, roles: MoverRoles, about: About
) -> list[PreflightCheck]:
    encryption = await probe.ask(
        "s3:GetEncryptionConfiguration", partial(buckets.encryption_of_bucket, aws, given.bucket)
    )
    if encryption is None or encryption.key is None:
        return [about.passed("The bucket does not encrypt with a key of its owner's in KMS.")]
    found = await _described(probe, aws, encryption.key)
    if found is not None and found.of_aws:
        return [about.passed("The bucket encrypts with a key that AWS manages.")]
    if found is not None and found.state != "Enabled":
        message = f"The key {encryption.key}, with which the bucket encrypts, is {found.state}."
        return [about.failed(message, "Enable the key, or let the bucket use another one.")]
    message = f"The bucket encrypts with the key {encryption.key} of KMS."
    fix = (
        "Unless the policy of the key allows it to the account as a whole, add this statement to "
        "it. What the server's roles may do with keys is bounded by its setting ROLE_BOUNDARY."
    )
    return [about.warned(message, fix, roles.use_key())]


async def _described(probe: Probe, aws: AccountGateway, key: str) -> Key | None:
    """None if it cannot be described, as that of another account. Not one of the calls counted."""
    try:
        return await probe.ask("kms:DescribeKey", partial(describe_key, aws, key), calls=0)
    except (NotFound, Unknown):
        return None


async def _versions(
    probe: Probe, aws: AccountGateway, given: BucketSide, about: About
) -> list[PreflightCheck]:
    kept = await probe.ask(
        "s3:GetBucketVersioning", partial(buckets.keeps_versions, aws, given.bucket)
    )
    if not kept:
        return [about.passed("The bucket keeps no versions of objects that are overwritten.")]
    what = "overwritten or deleted" if given.end.deletes else "overwritten"
    message = f"The bucket keeps each version of the objects that are {what}, which takes space."
    return [about.warned(message, "Let a lifecycle rule of the bucket expire old versions.")]


async def _sample(
    probe: Probe, aws: AccountGateway, given: BucketSide, about: About
) -> list[PreflightCheck]:
    read = partial(buckets.first_objects, aws, given.bucket, given.prefix, _SAMPLE)
    found = await probe.ask("s3:ListBucket", read)
    where = f"below '{given.prefix}'" if given.prefix else "in the bucket"
    if not found:
        return [_empty(given, about, where)]
    checks = _of_sample(about, found)
    return checks or [about.passed(f"There are objects {where}, and the first can be transferred.")]


def _empty(given: BucketSide, about: About, where: str) -> PreflightCheck:
    message = f"There are no objects {where}."
    if given.end.deletes:
        message += " As the mover deletes what the source does not have, it would delete everything"
        message += " at the destination."
    return about.warned(message, "Check the bucket and the subdirectory.")


def _of_sample(about: About, found: Sequence[ListedObject]) -> list[PreflightCheck]:
    checks = []
    of = f"of the first {len(found)} objects"
    archived = Counter(item.storage_class for item in found)
    if count := sum(archived[name] for name in _ARCHIVED):
        message = f"{count} {of} are archived. DataSync skips those that are not restored."
        checks.append(about.warned(message, "Restore them before the mover runs."))
    if odd := sum(_is_odd(item.key) for item in found):
        message = f"The keys of {odd} {of} begin with a slash, or contain '//', '/./' or '/../'."
        checks.append(about.warned(f"{message} DataSync does not transfer them.", "Rename them."))
    return checks


def _is_odd(key: str) -> bool:
    return key.startswith("/") or any(part in key for part in ("//", "/./", "/../"))


def prefix_of(subdirectory: str | None) -> str:
    """The prefix of the keys that a location reaches."""
    return s3_prefix(subdirectory) or ""
