"""Manifests and task reports of movers and runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from graph.model import task_files as model
from graph.schema.fields import attribute, item
from graph.schema.scalars import Arn

_LEVEL: Final = "ERRORS_ONLY or SUCCESSES_AND_ERRORS; null if it is that of the report"


@strawberry.type(
    description="A list of the files to transfer, in an object of S3. Only they are transferred, "
    "and nothing is deleted."
)
class Manifest:
    value: strawberry.Private[model.ManifestSpec]
    bucket_arn: Arn = attribute("bucket_arn", "The ARN of the bucket or access point.")
    path: str = attribute("path", "The key of the object.")
    version_id: str | None = attribute(
        "version_id", "The version of the object; null for the newest when the run begins."
    )
    role_arn: Arn | None = strawberry.field(
        default=None, description="The ARN of the role that reads it; null if AWS names none."
    )


@strawberry.type(description="Where runs write their reports, and how detailed they are.")
class TaskReport:
    value: strawberry.Private[model.ReportSpec]
    bucket_arn: Arn = attribute("bucket_arn", "The ARN of the bucket or access point.")
    subdirectory: str | None = attribute(
        "subdirectory", "The prefix of the keys of reports; null if there is none."
    )
    output_type: str | None = attribute(
        "output_type",
        "SUMMARY_ONLY, or STANDARD with lists of files; null if AWS does not report it.",
    )
    report_level: str | None = attribute(
        "report_level",
        "What the lists have: ERRORS_ONLY or SUCCESSES_AND_ERRORS; null if AWS does not report it.",
    )
    object_version_ids: str | None = attribute(
        "object_version_ids",
        "INCLUDE if the lists have the versions of objects at the destination, or NONE; null if "
        "AWS does not report it.",
    )
    transferred: str | None = attribute("transferred", f"The level of transferred files: {_LEVEL}.")
    verified: str | None = attribute("verified", f"The level of verified files: {_LEVEL}.")
    deleted: str | None = attribute("deleted", f"The level of deleted files: {_LEVEL}.")
    skipped: str | None = attribute("skipped", f"The level of skipped files: {_LEVEL}.")
    role_arn: Arn | None = strawberry.field(
        default=None, description="The ARN of the role that writes it; null if AWS names none."
    )


@strawberry.type(
    description="Whether the report of a run was written. It can take longer than the run."
)
class RunReportResult:
    value: strawberry.Private[Mapping[str, Any]]
    status: str | None = item(
        "Status",
        description="PENDING, SUCCESS once it can be read, or ERROR; null if AWS does not report "
        "it.",
    )
    error_code: str | None = item(
        "ErrorCode", description="AWS's code of the error; null without one."
    )
    error_detail: str | None = item(
        "ErrorDetail", description="AWS's explanation; null without an error."
    )


def shown_manifest(files: model.TaskFiles) -> Manifest | None:
    """The manifest of a task or run."""
    found = files.manifest
    return None if found is None else Manifest(value=found, role_arn=_role(files, model.MANIFEST))


def shown_report(files: model.TaskFiles) -> TaskReport | None:
    """The report of a task or run."""
    found = files.report
    return None if found is None else TaskReport(value=found, role_arn=_role(files, model.REPORT))


def _role(files: model.TaskFiles, part: str) -> Arn | None:
    found = files.roles.get(part)
    return None if found is None else Arn(found)
