"""No document keeps the event loop busy for long, whatever it selects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.app import graphql_schema
from graph.sandbox import Sandbox
from graph.transport.execution.request import OperationRequest, RequestError
from tests.transport.cpu import ATTEMPTS, collected_as_in_a_served_process, longest_step
from tests.transport.hostile_documents import documents
from tests.world import furnish, serving

MOST = 0.05
"""Seconds of CPU in one step."""
SCHEMA = graphql_schema()
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part"),
]


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    with collected_as_in_a_served_process():
        yield


def is_too_large(text: str) -> bool:
    """Whether a limit rejects the document."""
    try:
        SCHEMA.prepare(OperationRequest(text, {}, None, "ann", "r-1"))
    except RequestError as error:
        return any((each.extensions or {}).get("code") == "TOO_COSTLY" for each in error.errors)
    return False


async def test_no_document_keeps_the_loop_busy(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    slow, too_large, seen = {}, 0, 0
    async with serving(tmp_path) as client:
        for name, text in documents(is_too_large):
            seen += 1
            best = 1e9
            for attempt in range(ATTEMPTS):
                # Each text is a new one, as those that are valid are remembered.
                body = {"query": f"{text}#{attempt}"}
                took, response = await longest_step(client.post("/graphql", json=body))
                best = min(best, took)
                if best < MOST / 2:
                    break
            assert b"INTERNAL" not in response.content, name
            too_large += b"TOO_COSTLY" in response.content
            if best > MOST:
                slow[name] = best
    assert slow == {}
    assert too_large >= seen / 3
