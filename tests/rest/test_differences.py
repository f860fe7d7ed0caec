"""Deliberate differences from the original server, as the migration page lists them."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests import leftover
from tests.world import LAB, furnish, serving

MOVERS = f"/v1/datasync/{LAB}/movers"


async def test_movers_are_listed_by_name(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    ends = [leftover.location(leftover.role(name)) for name in ("source", "destination")]
    for name, group in (("c", "g"), ("a", "h"), ("b", "g"), ("A", "g")):
        leftover.task(ends[0], ends[1], name, leftover.tags(group))
    async with serving(tmp_path) as client:
        assert (await client.get(MOVERS)).json() == ["A", "a", "b", "c"]
        assert (await client.get(f"{MOVERS}/g")).json() == ["A", "b", "c"]


async def test_a_location_of_a_kind_that_the_original_did_not_know_is_shown(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    params = {
        "FsxFilesystemArn": f"arn:aws:fsx:us-east-1:{LAB}:file-system/fs-0123456789abcdef0",
        "SecurityGroupArns": [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-1"],
        "User": "me",
        "Password": "secret",
    }
    fsx = leftover.datasync().create_location("FSX_WINDOWS", leftover.tags(), params).arn
    bucket = leftover.location(leftover.role("source"))
    leftover.task(bucket, fsx, "one", leftover.tags())
    async with serving(tmp_path) as client:
        answer = await client.get(f"{MOVERS}/g/one")
    assert answer.status_code == 200
    assert answer.json()["Source"]["Type"] == "S3"
    assert "secret" not in answer.text
    assert fsx in answer.text


async def test_metrics_are_not_compressed(aws: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        answer = await client.get("/v1/datasync/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert "datasync_api_aws_calls" in answer.text
