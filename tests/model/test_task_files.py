"""Manifests and reports as resources: what a rule has to cover."""

from __future__ import annotations

import pytest

from graph.model.resources import ArnPattern
from graph.model.task_files import (
    ManifestSpec,
    ReportSpec,
    resource_of_manifest,
    resource_of_report,
)

BUCKET = "arn:aws:s3:::shared"


@pytest.mark.parametrize(
    ("rule", "key", "allowed"),
    [
        (BUCKET, "lab/a.csv", True),
        (f"{BUCKET}/lab/*", "lab/a.csv", True),
        (f"{BUCKET}/lab/*", "labs/a.csv", False),
        (f"{BUCKET}/lab/*", "a.csv", False),
        (f"{BUCKET}/lab/*", "lab/../other/a.csv", False),
        (f"{BUCKET}/lab/*", "lab//a.csv", False),
    ],
)
def test_a_rule_covers_the_object_of_a_manifest(*, rule: str, key: str, allowed: bool) -> None:
    resource = resource_of_manifest(ManifestSpec(bucket_arn=BUCKET, path=key))
    assert resource.path == ("manifest", "bucketArn")
    assert ArnPattern.parse(rule).matches(resource) is allowed


@pytest.mark.parametrize(
    ("rule", "subdirectory", "allowed"),
    [
        (BUCKET, None, True),
        (f"{BUCKET}/lab/*", "lab/reports/", True),
        (f"{BUCKET}/lab/*", "/lab/reports", True),
        (f"{BUCKET}/lab/*", None, False),
        (f"{BUCKET}/lab/*", "/", False),
        (f"{BUCKET}/lab/*", "lab/../x", False),
    ],
)
def test_a_rule_covers_all_that_reports_are_written_below(
    *, rule: str, subdirectory: str | None, allowed: bool
) -> None:
    resource = resource_of_report(ReportSpec(bucket_arn=BUCKET, subdirectory=subdirectory))
    assert ArnPattern.parse(rule).matches(resource) is allowed
