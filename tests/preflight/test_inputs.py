"""What the input of a create shows by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.model.advice import RunSide
from graph.model.errors import Invalid
from graph.model.location_specs import S3Spec
from graph.model.preflight import CheckStatus
from graph.preflight.inputs import accepted, rejected
from tests.rights.test_policy import new


@pytest.mark.parametrize(
    ("path", "check", "side"),
    [
        (("name",), "input-valid", None),
        ((), "input-valid", None),
        (("source", "s3", "bucketArn"), "input-valid", RunSide.SOURCE),
        (("options", "atime"), "options", None),
        (("mode",), "options", None),
        (("includes", "0"), "filters", None),
        (("excludes", "1"), "filters", None),
        (("schedule", "expression"), "schedule", None),
        (("logGroupArn",), "log-group", None),
        (("overrides", "includes", "0"), "overrides", None),
    ],
)
def test_what_a_create_rejects_fails_by_what_it_is_about(
    path: tuple[str, ...], check: str, side: RunSide | None
) -> None:
    found = rejected(Invalid("no", path=path))
    assert (found.id, found.side, found.path) == (check, side, path)
    assert (found.status, found.message) == (CheckStatus.FAIL, "no")


@pytest.mark.parametrize(
    ("source", "target", "status"),
    [
        (None, None, CheckStatus.FAIL),
        ("a", None, CheckStatus.FAIL),
        (None, "/a/", CheckStatus.FAIL),
        ("a/b", "a", CheckStatus.FAIL),
        ("a", "ab", CheckStatus.PASS),
        ("a/b", "a/c", CheckStatus.PASS),
    ],
)
def test_two_ends_in_one_bucket_must_not_contain_each_other(
    source: str | None, target: str | None, status: CheckStatus
) -> None:
    ends = [S3Spec(bucket_arn="arn:aws:s3:::b", subdirectory=each) for each in (source, target)]
    mover = replace(new("x", "y"), source=ends[0], destination=ends[1])
    (found,) = (check for check in accepted(mover) if check.id == "overlap")
    assert found.status is status


def test_ends_in_two_buckets_do_not_overlap() -> None:
    assert [check.id for check in accepted(new("x", "y"))] == ["input-valid"]
    cold = S3Spec(bucket_arn="arn:aws:s3:::y", storage_class="GLACIER")
    ids = [check.id for check in accepted(replace(new("x", "y"), destination=cold))]
    assert ids == ["input-valid", "storage-class"]
