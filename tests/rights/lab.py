"""A server with three keys: of a group, with rules of its own, and without limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from graph.auth import token_for
from tests.world import LAB, serving

BUCKETS = ("lab-in", "lab-out", "lab", "labx", "shop-payroll", "shared")
HEADERS = {
    name: {"X-Auth-Token": token_for(f"key of {name}", 4)}
    for name in ("lab", "everything", "of-key")
}
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
EFS: dict[str, Any] = {
    "filesystemArn": f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/fs-0123abcd",
    "subnetArn": f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-0a",
    "securityGroupArns": [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-0b"],
}
EFS_RULES: list[str] = [EFS["filesystemArn"], EFS["subnetArn"], *EFS["securityGroupArns"]]


def keys(lab: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """A key of group lab, one that may use everything, and one without groups but with rules."""
    rights: dict[str, dict[str, Any]] = {
        "lab": {"groups": ["lab", "lab2"], **(lab or {})},
        "everything": {},
        "of-key": {"resources": ["arn:aws:s3:::lab-*"]},
    }
    return [
        {"name": name, "key": f"key of {name}", "write": True, **given}
        for name, given in rights.items()
    ]


RULES = [{"name": "lab", "resources": ["arn:aws:s3:::lab-*", "arn:aws:s3:::shared/lab/*"]}]


@asynccontextmanager
async def served_by(folder: Path, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    given: dict[str, Any] = {"keys": keys(), "groups": RULES}
    async with serving(folder, **given | changes) as client:
        client.headers.update(HEADERS["lab"])
        yield client


def s3(bucket: str, subdirectory: str | None = None) -> dict[str, Any]:
    arn = bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"
    return {"s3": {"bucketArn": arn, "subdirectory": subdirectory}}


def mover(source: Any, destination: Any, group: str = "lab", name: str = "one") -> dict[str, Any]:
    return {
        "account": LAB,
        "group": group,
        "name": name,
        "source": source,
        "destination": destination,
    }


ALLOWED = s3("lab-out")
