"""The inputs of manifests and task reports, and their conversion."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from graph.model.task_files import ManifestSpec, ReportSpec
from graph.schema.scalars import Arn

_LEVEL: Final = "ERRORS_ONLY or SUCCESSES_AND_ERRORS."


@strawberry.input(
    description="A list of the files to transfer, in an object of S3: CSV in UTF-8 with a path per "
    "line and, for a source in S3, the id of a version after a comma. The server creates the role "
    "that reads it. Not with filters, and nothing is deleted at the destination."
)
class ManifestInput:
    bucket_arn: Arn = strawberry.field(
        description="The ARN of the bucket or access point, in any account or region. A bucket of "
        "another account has to admit the role."
    )
    path: str = strawberry.field(
        description="The key of the object, such as `lists/photos.csv`, without a leading slash."
    )
    version_id: str | None = strawberry.field(
        default=None,
        description="The id of a version of the object; null: the newest when the run begins.",
    )


@strawberry.input(description="The level of each list of a report, where it differs.")
class ReportLevelsInput:
    transferred: str | None = strawberry.field(
        default=None, description=f"Of the files that were transferred: {_LEVEL}"
    )
    verified: str | None = strawberry.field(
        default=None, description=f"Of the files that were verified: {_LEVEL}"
    )
    deleted: str | None = strawberry.field(
        default=None, description=f"Of the files that were deleted: {_LEVEL}"
    )
    skipped: str | None = strawberry.field(
        default=None, description=f"Of the files that were skipped: {_LEVEL}"
    )


@strawberry.input(
    description="Where each run writes its report, and how detailed it is. The server creates the "
    "role that writes it."
)
class TaskReportInput:
    bucket_arn: Arn = strawberry.field(
        description="The ARN of the bucket or access point. Not the bucket of the destination if "
        "`preserveDeletedFiles` is REMOVE: runs would delete the reports."
    )
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The prefix of the keys of the report, such as `reports/`; null: none.",
    )
    output_type: str | None = strawberry.field(
        default=None,
        description="SUMMARY_ONLY, or STANDARD with lists of files. Null: DataSync's default.",
    )
    report_level: str | None = strawberry.field(
        default=None,
        description=f"What the lists of a STANDARD report have: {_LEVEL} Null: DataSync's default.",
    )
    object_version_ids: str | None = strawberry.field(
        default=None,
        description="INCLUDE the version of each object at the destination, or NONE. Null: "
        "DataSync's default.",
    )
    overrides: ReportLevelsInput | None = strawberry.field(
        default=None, description="Levels of single lists. Null: all have `reportLevel`."
    )


def manifest_of(given: ManifestInput | None) -> ManifestSpec | None:
    """Not checked."""
    if given is None:
        return None
    return ManifestSpec(bucket_arn=given.bucket_arn, path=given.path, version_id=given.version_id)


def report_of(given: TaskReportInput | None) -> ReportSpec | None:
    """Not checked."""
    if given is None:
        return None
    levels: Any = given.overrides or ReportLevelsInput()
    return ReportSpec(
        bucket_arn=given.bucket_arn,
        subdirectory=given.subdirectory,
        output_type=given.output_type,
        report_level=given.report_level,
        object_version_ids=given.object_version_ids,
        transferred=levels.transferred,
        verified=levels.verified,
        deleted=levels.deleted,
        skipped=levels.skipped,
    )
