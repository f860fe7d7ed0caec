"""The origin of a request is known to all that is started for it, and to nothing else."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest

from graph.history.origin import current_origin, note_origin
from graph.model.audit import Origin, Surface


@pytest.mark.parametrize(
    ("scope", "origin"),
    [
        (
            {"type": "http", "path": "/graphql", "client": ("10.0.0.1", 4711)},
            Origin(Surface.GRAPHQL, "10.0.0.1"),
        ),
        (
            {"type": "websocket", "path": "/graphql", "client": ("::1", 1)},
            Origin(Surface.WEBSOCKET, "::1"),
        ),
        ({"type": "http", "path": "/graphql/", "client": None}, Origin(Surface.REST, None)),
        ({"type": "http", "path": "/v1/datasync/1/movers"}, Origin(Surface.REST, None)),
        ({"type": "http"}, Origin(Surface.REST, None)),
    ],
)
def test_the_origin_is_that_of_the_connection(scope: dict[str, Any], origin: Origin) -> None:
    def noted() -> Origin | None:
        note_origin(scope)
        return current_origin()

    assert contextvars.Context().run(noted) == origin


def test_outside_of_a_request_there_is_no_origin() -> None:
    assert contextvars.Context().run(current_origin) is None


async def test_requests_at_the_same_time_have_their_own_origins() -> None:
    everyone = asyncio.Barrier(5)

    async def served(peer: str) -> list[Origin | None]:
        note_origin({"type": "http", "path": "/graphql", "client": (peer, 1)})
        await everyone.wait()
        later = asyncio.create_task(asyncio.sleep(0, current_origin()))
        started = asyncio.create_task(known())
        return [current_origin(), await later, await started]

    async def known() -> Origin | None:
        return current_origin()

    peers = [f"10.0.0.{n}" for n in range(5)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(served(peer)) for peer in peers]
    for peer, task in zip(peers, tasks, strict=True):
        assert task.result() == [Origin(Surface.GRAPHQL, peer)] * 3
    assert current_origin() is None
