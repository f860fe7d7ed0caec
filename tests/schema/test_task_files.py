"""Manifests and reports as the schema shows them."""

from __future__ import annotations

from graph.model.task_files import NO_FILES, ManifestSpec, ReportSpec, TaskFiles
from graph.schema.task_files import shown_manifest, shown_report

MANIFEST = ManifestSpec(bucket_arn="b", path="p")
REPORT = ReportSpec(bucket_arn="b")


def test_what_there_is_is_shown_with_its_role() -> None:
    files = TaskFiles(manifest=MANIFEST, report=REPORT, roles={"manifest": "m", "report": "r"})
    manifest, report = shown_manifest(files), shown_report(files)
    assert manifest is not None
    assert report is not None
    assert (manifest.value, manifest.role_arn) == (MANIFEST, "m")
    assert (report.value, report.role_arn) == (REPORT, "r")


def test_what_there_is_not_is_null() -> None:
    assert (shown_manifest(NO_FILES), shown_report(NO_FILES)) == (None, None)
    found = shown_manifest(TaskFiles(manifest=MANIFEST))
    assert found is not None
    assert found.role_arn is None
