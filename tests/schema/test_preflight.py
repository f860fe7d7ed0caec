"""Preflights as clients see them: every check of a good and of a bad input."""

from __future__ import annotations

import json
from pathlib import Path

from graph.sandbox import Sandbox
from tests.resolvers.test_preflight import preflight
from tests.rights.lab import s3
from tests.world import OTHER, furnish, new_mover, serving


async def test_a_good_input_passes_and_a_bad_one_says_where_and_how_to_correct_it(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, a=b"1")
    aws.bucket(OTHER, "theirs")
    async with serving(tmp_path, task_quota=10) as client:
        found = await preflight(client, new_mover())
        assert found["ok"], found
        assert {check["id"] for check in found["checks"]} == {
            *("input-valid", "name-free", "quota-tasks", "bucket-exists", "bucket-region"),
            *("bucket-policy", "bucket-encryption", "bucket-versioning", "source-sample"),
        }
        assert {check["status"] for check in found["checks"]} == {"PASS"}
        assert all(check["fix"] is None for check in found["checks"])
        foreign = await preflight(client, new_mover() | {"destination": s3("theirs")})
        (policy,) = (check for check in foreign["checks"] if check["status"] == "WARN")
        assert (policy["id"], policy["side"]) == ("bucket-policy", "DESTINATION")
        assert policy["path"] == ["input", "destination", "s3", "bucketArn"]
        assert "role/spinup/acme/g/*" in policy["fix"]["policyJson"]
        assert len(json.loads(policy["fix"]["policyJson"])["Statement"]) == 3
        for changes, path in (
            ({"name": "no spaces"}, ["name"]),
            ({"source": s3("arn:aws:sqs:::x")}, ["source", "s3", "bucketArn"]),
            ({"tags": [{"key": "aws:x", "value": "y"}]}, ["tags", "0"]),
        ):
            aws.interceptor.forget_calls()
            refused = await preflight(client, new_mover() | changes)
            (check,) = refused["checks"]
            assert (refused["ok"], check["status"]) == (False, "FAIL")
            assert check["path"] == ["input", *path]
            assert aws.interceptor.counts() == {}
        missing = await preflight(client, new_mover() | {"source": s3("missing")})
        assert [c["id"] for c in missing["checks"] if c["status"] == "FAIL"] == ["bucket-exists"]
