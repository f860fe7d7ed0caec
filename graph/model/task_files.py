"""The files that a task uses besides its data: the manifest that it reads, and its reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.model.resources import Resource, s3_prefix

MANIFEST: Final = "manifest"
REPORT: Final = "report"
FILE_PARTS: Final = (MANIFEST, REPORT)
"""What the tags of roles and the names of inputs call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSpec:
    """A list of the files to transfer: an object of S3 in the format CSV."""

    bucket_arn: str
    path: str
    """The key of the object."""
    version_id: str | None = None
    """The newest version of the object if absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """Where runs write their reports, and how detailed they are. In AWS's words."""

    bucket_arn: str
    subdirectory: str | None = None
    output_type: str | None = None
    report_level: str | None = None
    object_version_ids: str | None = None
    transferred: str | None = None
    """The level of one list, where it differs from that of the report; so are the next."""
    verified: str | None = None
    deleted: str | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFiles:
    """The manifest and the report of a task or run, as AWS describes them."""

    manifest: ManifestSpec | None = None
    report: ReportSpec | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    """The ARNs of the roles that read and write them, by part."""


NO_FILES: Final = TaskFiles()


def resource_of_manifest(spec: ManifestSpec, path: Iterable[str] = (MANIFEST,)) -> Resource:
    """The object, as rules for resources see it."""
    whole = {"", ".", ".."}.isdisjoint(spec.path.split("/"))
    return Resource(spec.bucket_arn, spec.path if whole else None, (*path, "bucketArn"))


def resource_of_report(spec: ReportSpec, path: Iterable[str] = (REPORT,)) -> Resource:
    """The prefix that reports are written below."""
    return Resource(spec.bucket_arn, s3_prefix(spec.subdirectory), (*path, "bucketArn"))
