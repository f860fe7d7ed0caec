"""Locations by their ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.auth import token_for
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.operations.by_hand import backend, by_hand
from tests.world import HEADERS, KEY, LAB, ask, furnish, made, serving, tell

OF_G = {"name": "of-g", "key": "key of g", "groups": ["g"]}
ALL = {"name": "all", "key": KEY, "write": True}
NODE = "query($id: ID!) { node(id: $id) { __typename id ... on S3Location { bucket } } }"
SOURCE = "query($id: ID!) { node(id: $id) { ... on Mover { source { id } } } }"


async def source(client: Any, mover: str) -> str:
    return str((await ask(client, SOURCE, id=mover))["node"]["source"]["id"])


async def code(client: Any, node_id: str) -> str | None:
    answer = await tell(client, NODE, id=node_id)
    assert answer["data"] == {"node": None}
    return str(answer["errors"][0]["extensions"]["code"]) if "errors" in answer else None


async def test_a_location_is_found_by_its_id_by_whoever_sees_its_group(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, keys=[OF_G, ALL], token=None) as client:
        seen, unseen = [await source(client, await made(client, group=x)) for x in ("g", "h")]
        found = (await ask(client, NODE, id=unseen))["node"]
        assert found == {"__typename": "S3Location", "id": unseen, "bucket": f"from-{LAB}"}
        client.headers["X-Auth-Token"] = token_for("key of g", 4)
        assert (await ask(client, NODE, id=seen))["node"]["id"] == seen
        assert await code(client, unseen) is None
        client.headers.update(HEADERS)
        aws.interceptor.forget_calls()
        await ask(client, NODE, id=seen)
        assert sum(aws.interceptor.counts().values()) == 2


async def test_what_is_no_location_of_a_group_is_not_found(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    role = aws.role(LAB, "r", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    task = by_hand("g", (role, role))
    untagged = next(iter(backend().locations))
    async with serving(tmp_path) as client:
        for arn in (untagged, task.arn, f"{untagged[:-17]}{'0' * 17}"):
            assert await code(client, encode("Location", arn)) is None, arn


@pytest.mark.parametrize("arn", ["x", "arn:aws:datasync", "arn:aws:s3:::from"])
async def test_an_id_without_an_arn_of_a_location_finds_nothing(
    aws: Sandbox, tmp_path: Path, arn: str
) -> None:
    async with serving(tmp_path) as client:
        assert await code(client, encode("Location", arn)) is None
