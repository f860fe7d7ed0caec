"""Manifests and reports as DataSync's requests and answers have them, and the roles they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.locations import Home
from graph.locations.s3 import check_bucket, is_on_outposts
from graph.model.errors import Invalid
from graph.model.resources import Resource
from graph.model.task_files import (
    MANIFEST,
    NO_FILES,
    REPORT,
    ManifestSpec,
    ReportSpec,
    TaskFiles,
    resource_of_manifest,
    resource_of_report,
)

MEMBERS: Final = {MANIFEST: "ManifestConfig", REPORT: "TaskReportConfig"}
_PLACES: Final = {MANIFEST: "Source", REPORT: "Destination"}
_LISTS: Final = ("Transferred", "Verified", "Deleted", "Skipped")
_ACTIONS: Final = {MANIFEST: ("GetObject", "GetObjectVersion"), REPORT: ("PutObject",)}

Files = Mapping[str, ManifestSpec | ReportSpec]
"""By part."""


def files_of(manifest: ManifestSpec | None, report: ReportSpec | None) -> Files:
    """Those that there are."""
    given = {MANIFEST: manifest, REPORT: report}
    return {part: spec for part, spec in given.items() if spec is not None}


def params_of(files: Files, roles: Mapping[str, str]) -> dict[str, Any]:
    """Members of a request. ``roles``: their ARNs by part."""
    sent: dict[str, Any] = {}
    for part, spec in files.items():
        if isinstance(spec, ManifestSpec):
            sent[MEMBERS[part]] = _manifest(spec, roles[part])
        else:
            sent[MEMBERS[part]] = _report(spec, roles[part])
    return sent


def described_files(described: Mapping[str, Any]) -> TaskFiles:
    """Those of a task or run."""
    if not (described.get(MEMBERS[MANIFEST]) or described.get(MEMBERS[REPORT])):
        return NO_FILES
    return TaskFiles(
        manifest=manifest_in(described), report=report_in(described), roles=roles_in(described)
    )


def manifest_in(described: Mapping[str, Any]) -> ManifestSpec | None:
    """The manifest of a task or run as AWS describes it; None without one."""
    s3 = _s3(described, MANIFEST)
    if s3 is None:
        return None
    return ManifestSpec(
        bucket_arn=s3.get("S3BucketArn") or "",
        path=s3.get("ManifestObjectPath") or "",
        version_id=s3.get("ManifestObjectVersionId"),
    )


def report_in(described: Mapping[str, Any]) -> ReportSpec | None:
    """The report of a task or run as AWS describes it; None without one."""
    s3 = _s3(described, REPORT)
    if s3 is None:
        return None
    config = described[MEMBERS[REPORT]]
    levels = config.get("Overrides") or {}
    return ReportSpec(
        bucket_arn=s3.get("S3BucketArn") or "",
        subdirectory=s3.get("Subdirectory"),
        output_type=config.get("OutputType"),
        report_level=config.get("ReportLevel"),
        object_version_ids=config.get("ObjectVersionIds"),
        **{name.lower(): (levels.get(name) or {}).get("ReportLevel") for name in _LISTS},
    )


def roles_in(described: Mapping[str, Any]) -> dict[str, str]:
    """The ARNs of the roles that a task uses for its manifest and reports, by part."""
    found = {part: (_s3(described, part) or {}).get("BucketAccessRoleArn") for part in MEMBERS}
    return {part: arn for part, arn in found.items() if arn}


def resources_in(described: Mapping[str, Any]) -> list[Resource]:
    """What a task reads and writes besides its locations."""
    manifest, report = manifest_in(described), report_in(described)
    found = [resource_of_manifest(manifest)] if manifest else []
    return found + ([resource_of_report(report)] if report else [])


def statement_of(spec: ManifestSpec | ReportSpec) -> tuple[tuple[str, ...], str]:
    """The actions that a role has to allow, and the ARN of the objects."""
    if isinstance(spec, ManifestSpec):
        return _ACTIONS[MANIFEST], _objects(spec.bucket_arn, spec.path)
    prefix = resource_of_report(spec).prefix or ""
    return _ACTIONS[REPORT], _objects(spec.bucket_arn, f"{prefix}*")


def statement_of_folder(spec: ManifestSpec | ReportSpec) -> tuple[tuple[str, ...], str]:
    """The same for all manifests in the folder of this one."""
    if isinstance(spec, ManifestSpec) and "/" in spec.path:
        folder = spec.path.rpartition("/")[0]
        return _ACTIONS[MANIFEST], _objects(spec.bucket_arn, f"{folder}/*")
    return statement_of(spec)


def check_buckets(files: Files, home: Home, path: tuple[str, ...] = ()) -> None:
    """Raises Invalid unless a manifest and reports are in buckets or behind access points."""
    for part, spec in files.items():
        where = (*path, part, "bucketArn")
        check_bucket(spec.bucket_arn, home, where)
        if is_on_outposts(spec.bucket_arn):
            raise Invalid(f"DataSync refuses a {part} in S3 on Outposts.", path=where)


def _objects(bucket_arn: str, keys: str) -> str:
    is_bucket = bucket_arn.count(":::") == 1
    return f"{bucket_arn}/{keys}" if is_bucket else f"{bucket_arn}/object/{keys}"


def _manifest(spec: ManifestSpec, role_arn: str) -> dict[str, Any]:
    s3 = {
        "S3BucketArn": spec.bucket_arn,
        "ManifestObjectPath": spec.path,
        "BucketAccessRoleArn": role_arn,
    }
    if spec.version_id is not None:
        s3["ManifestObjectVersionId"] = spec.version_id
    return {"Action": "TRANSFER", "Format": "CSV", "Source": {"S3": s3}}


def _report(spec: ReportSpec, role_arn: str) -> dict[str, Any]:
    s3 = {"S3BucketArn": spec.bucket_arn, "BucketAccessRoleArn": role_arn}
    if spec.subdirectory is not None:
        s3["Subdirectory"] = spec.subdirectory
    config: dict[str, Any] = {"Destination": {"S3": s3}}
    words = {
        "OutputType": spec.output_type,
        "ReportLevel": spec.report_level,
        "ObjectVersionIds": spec.object_version_ids,
    }
    config |= {member: value for member, value in words.items() if value is not None}
    levels = {name: getattr(spec, name.lower()) for name in _LISTS}
    overrides = {name: {"ReportLevel": level} for name, level in levels.items() if level}
    return config | ({"Overrides": overrides} if overrides else {})


def _s3(described: Mapping[str, Any], part: str) -> Mapping[str, Any] | None:
    config = described.get(MEMBERS[part]) or {}
    return (config.get(_PLACES[part]) or {}).get("S3")
