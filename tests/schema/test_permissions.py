"""What ``viewerCan`` says is what the mutations do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from graph.sandbox import Fault, Sandbox
from tests.world import LAB, ask, furnish, made, serving, tell

RULES = [{"name": "g", "resources": [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]}]
KEYS = [
    {"name": "reader", "key": "r" * 8},
    {"name": "writer", "key": "w" * 8, "write": True},
    {"name": "of-g", "key": "g" * 8, "write": True, "groups": ["g"]},
    {"name": "of-h", "key": "h" * 8, "write": True, "groups": ["h"]},
]
CAN = (
    "query($id: ID!) { node(id: $id) { ... on Mover { viewerCan { start stop delete update } } } }"
)
NOTHING = dict.fromkeys(("start", "stop", "delete", "update"), False)
ALL = dict.fromkeys(NOTHING, True)


def bearer(key: str) -> dict[str, str]:
    return {"X-Auth-Token": "", "Authorization": f"Bearer {key * 8}"}


@pytest_asyncio.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    furnish(aws, LAB)
    async with serving(tmp_path, keys=KEYS) as client:
        yield client


@pytest.mark.parametrize(
    ("key", "expected"),
    [("r", NOTHING), ("w", ALL), ("g", ALL | {"start": False}), ("h", None)],
)
async def test_a_key_can_do_what_its_rights_say(
    client: httpx.AsyncClient, key: str, expected: dict[str, bool] | None
) -> None:
    mover = await made(client)
    client.headers.update(bearer(key))
    node = (await ask(client, CAN, id=mover))["node"]
    assert node == (None if expected is None else {"viewerCan": expected})
    start = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
    answer = await tell(client, start, id=mover)
    payload = answer["data"]["startMover"]
    assert bool(payload and payload["run"]) == bool(expected and expected["start"])


async def test_a_rule_for_both_buckets_lets_a_limited_key_start(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, keys=KEYS, groups=RULES) as client:
        mover = await made(client)
        client.headers.update(bearer("g"))
        assert (await ask(client, CAN, id=mover))["node"]["viewerCan"] == ALL


async def test_nothing_is_read_for_a_key_without_limits(
    aws: Sandbox, client: httpx.AsyncClient
) -> None:
    mover = await made(client)
    aws.interceptor.forget_calls()
    await ask(client, CAN, id=mover)
    assert aws.interceptor.counts() == {
        "datasync.DescribeTask": 1,
        "datasync.ListTagsForResource": 1,
    }


async def test_a_right_that_cannot_be_determined_is_null_beside_the_others(
    aws: Sandbox, client: httpx.AsyncClient
) -> None:
    mover = await made(client)
    client.headers.update(bearer("g"))
    aws.interceptor.add(Fault("DescribeLocationS3", "denied", count=20))
    answer = await tell(client, CAN, id=mover)
    assert answer["data"]["node"]["viewerCan"] == ALL | {"start": None}
    assert [error["path"] for error in answer["errors"]] == [["node", "viewerCan", "start"]]
