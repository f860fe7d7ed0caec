"""No request keeps the event loop busy for long, whatever it carries and whoever sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from graph.app import graphql_schema
from graph.sandbox import Sandbox
from tests.transport.cpu import ATTEMPTS, collected_as_in_a_served_process, longest_step
from tests.transport.hostile import fields, requests
from tests.world import furnish, serving

MOST = 0.05
"""Seconds of CPU in one step."""
HEADERS = {"Content-Type": "application/json"}
SCHEMA = graphql_schema().core
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part"),
]


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    with collected_as_in_a_served_process():
        yield


async def longest(client: httpx.AsyncClient, body: bytes) -> tuple[float, Any]:
    """The longest step of the best of some attempts, and the answer."""
    best, answer = 1e9, None
    for _ in range(ATTEMPTS):
        sending = client.post("/graphql", content=body, headers=HEADERS)
        took, response = await longest_step(sending)
        best, answer = min(best, took), orjson.loads(response.content)
        if best < MOST / 2:
            break
    return best, answer


@pytest.mark.parametrize("field", fields(SCHEMA))
async def test_no_input_keeps_the_loop_busy(aws: Sandbox, tmp_path: Path, field: str) -> None:
    furnish(aws)
    slow, seen = {}, Counter[str]()
    async with serving(tmp_path) as client:
        for name, body in requests(SCHEMA, field):
            took, answer = await longest(client, body)
            seen.update(codes(answer))
            if took > MOST:
                slow[name] = took
    assert slow == {}
    assert seen["TOO_COSTLY"] > 0
    assert not seen["INTERNAL"]


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
