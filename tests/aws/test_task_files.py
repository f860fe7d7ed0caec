"""Manifests and reports in requests, in answers, and in the policies of their roles."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.client.service_models import datasync_model
from graph.aws.task_files import (
    described_files,
    files_of,
    params_of,
    resources_in,
    statement_of,
)
from graph.model.task_files import NO_FILES, ManifestSpec, ReportSpec, TaskFiles

BUCKET = "arn:aws:s3:::b"
ROLES = {"manifest": "m", "report": "r"}
MANIFEST = ManifestSpec(bucket_arn=BUCKET, path="a/b.csv", version_id="v")
REPORT = ReportSpec(
    bucket_arn=BUCKET,
    subdirectory="/reports",
    output_type="STANDARD",
    report_level="ERRORS_ONLY",
    object_version_ids="NONE",
    transferred="SUCCESSES_AND_ERRORS",
    verified="ERRORS_ONLY",
    deleted="ERRORS_ONLY",
    skipped="ERRORS_ONLY",
)


def unknown(shape: Any, value: Any, path: str) -> list[str]:
    """The members of a request that DataSync's model does not have."""
    if shape.type_name != "structure":
        return []
    found = [f"{path}.{name}" for name in value.keys() - shape.members.keys()]
    known = value.keys() & shape.members.keys()
    return found + [
        each for name in known for each in unknown(shape.members[name], value[name], name)
    ]


@pytest.mark.parametrize(
    ("manifest", "report"),
    [
        (MANIFEST, REPORT),
        (ManifestSpec(bucket_arn=BUCKET, path="c"), None),
        (None, ReportSpec(bucket_arn=BUCKET)),
    ],
)
def test_what_is_sent_is_shown_as_it_was(
    manifest: ManifestSpec | None, report: ReportSpec | None
) -> None:
    files = files_of(manifest, report)
    sent = params_of(files, ROLES)
    shape = datasync_model().operation_model("CreateTask").input_shape
    assert unknown(shape, sent, "") == []
    roles = {part: ROLES[part] for part in files}
    assert described_files(sent) == TaskFiles(manifest=manifest, report=report, roles=roles)
    assert [resource.arn for resource in resources_in(sent)] == [BUCKET] * len(files)


@pytest.mark.parametrize("answer", [{}, {"ManifestConfig": {}, "TaskReportConfig": None}])
def test_a_task_without_files_has_none(answer: dict[str, Any]) -> None:
    assert described_files(answer) == NO_FILES
    assert params_of({}, {}) == {}


def test_an_incomplete_answer_is_shown_as_far_as_it_goes() -> None:
    half = {"ManifestConfig": {"Action": "TRANSFER"}, "TaskReportConfig": {"OutputType": "X"}}
    assert described_files(half) == NO_FILES


def test_a_role_may_do_no_more_than_its_file_needs() -> None:
    read = ("GetObject", "GetObjectVersion")
    assert statement_of(MANIFEST) == (read, f"{BUCKET}/a/b.csv")
    assert statement_of(REPORT) == (("PutObject",), f"{BUCKET}/reports/*")
    point = "arn:aws:s3:us-east-1:222222222222:accesspoint/p"
    assert statement_of(ReportSpec(bucket_arn=point))[1] == f"{point}/object/*"
