"""Inputs of manifests and reports as the specifications that they ask for."""

from __future__ import annotations

from graph.model.task_files import ManifestSpec, ReportSpec
from graph.schema.scalars import Arn
from graph.schema.task_file_inputs import (
    ManifestInput,
    ReportLevelsInput,
    TaskReportInput,
    manifest_of,
    report_of,
)

BUCKET = Arn("arn:aws:s3:::b")


def test_every_member_is_a_part_of_the_specification() -> None:
    given = ManifestInput(bucket_arn=BUCKET, path="p", version_id="v")
    assert manifest_of(given) == ManifestSpec(bucket_arn=BUCKET, path="p", version_id="v")
    levels = ReportLevelsInput(transferred="t", verified="v", deleted="d", skipped="s")
    report = TaskReportInput(
        bucket_arn=BUCKET,
        subdirectory="r/",
        output_type="o",
        report_level="l",
        object_version_ids="i",
        overrides=levels,
    )
    assert report_of(report) == ReportSpec(
        bucket_arn=BUCKET,
        subdirectory="r/",
        output_type="o",
        report_level="l",
        object_version_ids="i",
        transferred="t",
        verified="v",
        deleted="d",
        skipped="s",
    )


def test_what_is_absent_is_absent() -> None:
    assert (manifest_of(None), report_of(None)) == (None, None)
    assert report_of(TaskReportInput(bucket_arn=BUCKET)) == ReportSpec(bucket_arn=BUCKET)
