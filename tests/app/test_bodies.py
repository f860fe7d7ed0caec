"""What arrives of bodies is bounded for a caller, whichever API it sends them to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from graph.concurrency import ReceivedBytes
from tests.world import LAB, serving

HEADERS = {"Content-Type": "application/json"}
REST = f"/v1/datasync/{LAB}/movers/g"
TOO_LARGE = "The requests that you send at a time are too large. Try again later."


@pytest.mark.parametrize("stalled", ["/graphql", REST])
async def test_bodies_that_do_not_end_leave_no_room_for_more_of_their_caller(
    tmp_path: Path, stalled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = ReceivedBytes(1_000_000, 1_000)
    monkeypatch.setattr(ReceivedBytes, "of_bodies", lambda _largest: bodies)
    arrived, goes_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{" + b" " * 899
        arrived.set()
        await goes_on.wait()
        yield b"}"

    async with serving(tmp_path) as client:

        async def post(path: str, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
            return await client.post(path, content=content, headers=HEADERS)

        first = asyncio.create_task(post(stalled, slow()))
        await arrived.wait()
        assert bodies.held == 900
        graphql, rest = [await post(path, b"{" + b" " * 100) for path in ("/graphql", REST)]
        assert (graphql.status_code, rest.status_code) == (429, 429)
        for each in (graphql, rest):
            assert (each.headers["Retry-After"], each.headers["Connection"]) == ("5", "close")
        told = graphql.json()["errors"][0]
        assert (told["message"], told["extensions"]["code"]) == (TOO_LARGE, "THROTTLED")
        assert rest.text == f"{TOO_LARGE}\n"
        small = await client.post("/graphql", json={"query": "{ viewer { name } }"})
        assert small.status_code == 200
        goes_on.set()
        assert (await first).status_code == 400
        assert bodies.held == 0
        assert (await post("/graphql", b"{" + b" " * 100)).status_code == 400
