"""Values of manifests and reports, compared with DataSync's own model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.aws.client.service_models import datasync_model
from graph.model.ends import End
from graph.model.errors import Invalid
from graph.model.task_files import ManifestSpec, ReportSpec
from graph.task_settings.task_files import (
    check_manifest,
    check_report,
    check_report_place,
    check_with_manifest,
)

MODEL: Any = datasync_model()
BUCKET = "arn:aws:s3:::b"
MANIFEST = ManifestSpec(bucket_arn=BUCKET, path="a/b.csv")
REPORT = ReportSpec(bucket_arn=BUCKET)


@pytest.mark.parametrize(
    ("member", "shape"),
    [
        ("output_type", "ReportOutputType"),
        ("report_level", "ReportLevel"),
        ("object_version_ids", "ObjectVersionIds"),
        *((name, "ReportLevel") for name in ("transferred", "verified", "deleted", "skipped")),
    ],
)
def test_each_word_is_one_of_the_model(member: str, shape: str) -> None:
    check_report(REPORT)
    for word in MODEL.shape_for(shape).enum:
        check_report(replace(REPORT, **{member: word}))
    with pytest.raises(Invalid) as caught:
        check_report(replace(REPORT, **{member: "ALL"}))
    first, *others = member.split("_")
    assert caught.value.path[-1] == first + "".join(map(str.capitalize, others))


def test_the_key_of_a_manifest_is_that_of_an_object() -> None:
    check_manifest(None)
    check_manifest(MANIFEST)
    check_manifest(replace(MANIFEST, path="a b/c_(1)+.-", version_id="x" * 100))
    for path in ("", "/a", "a/", "a*", "a\n", "\u00e9", "x" * 4_097):
        with pytest.raises(Invalid) as caught:
            check_manifest(replace(MANIFEST, path=path))
        assert caught.value.path == ("manifest", "path")
    for version in ("", "x" * 101):
        with pytest.raises(Invalid) as caught:
            check_manifest(replace(MANIFEST, version_id=version))
        assert caught.value.path == ("manifest", "versionId")
    bounds = MODEL.shape_for("ManifestConfig").members["Source"].members["S3"].members
    assert bounds["ManifestObjectVersionId"].metadata["max"] == 100


def test_a_summary_has_no_lists() -> None:
    check_report(None)
    check_report(replace(REPORT, output_type="SUMMARY_ONLY"))
    for name, path in (("report_level", ["reportLevel"]), ("deleted", ["overrides", "deleted"])):
        given = replace(REPORT, output_type="SUMMARY_ONLY", **{name: "ERRORS_ONLY"})
        with pytest.raises(Invalid) as caught:
            check_report(given)
        assert caught.value.path == ("report", *path)


def test_a_manifest_goes_with_neither_filters_nor_deletions() -> None:
    check_with_manifest({"PreserveDeletedFiles": "PRESERVE"}, [])
    for options, filters in (({"PreserveDeletedFiles": "REMOVE"}, []), ({}, ["includes"])):
        with pytest.raises(Invalid) as caught:
            check_with_manifest(options, filters)
        assert caught.value.path == ("manifest",)


def test_reports_are_not_written_where_they_would_be_deleted() -> None:
    remove, here = {"PreserveDeletedFiles": "REMOVE"}, End(kind="S3", bucket="b")
    check_report_place({}, BUCKET, here, ())
    check_report_place(remove, None, here, ())
    check_report_place(remove, "arn:aws:s3:::other", here, ())
    check_report_place(remove, BUCKET, End(kind="EFS"), ())
    with pytest.raises(Invalid) as caught:
        check_report_place(remove, BUCKET, here, ("report", "bucketArn"))
    assert caught.value.path == ("report", "bucketArn")
