"""Followers of a run, through the whole server: one that leaves is forgotten at once."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import pytest

from graph import app as root
from graph.app import services
from graph.runs import RunService
from graph.sandbox import Sandbox
from tests.transport.wire import Socket, Streaming, settle
from tests.world import LAB, TOKEN, ask, client_of, furnish, made, settings

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"


async def test_who_leaves_is_gone_from_the_watch_at_once(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[RunService] = []

    class Noted(RunService):
        async def __aenter__(self) -> Self:
            opened.append(self)
            return self

    monkeypatch.setattr(services, "RunService", Noted)
    furnish(aws, LAB, a=b"x" * 1000)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    app = root.create_app(settings(tmp_path))
    async with client_of(app) as client:
        run = (await ask(client, START, id=await made(client)))["startMover"]["run"]["id"]
        query = f'subscription {{ runProgress(run: "{run}") {{ sequence }} }}'
        headers = [(b"x-auth-token", TOKEN.encode())]
        async with (
            Streaming(app, query, path="/graphql", more=headers) as stream,
            Socket(app, path="/graphql", headers=headers) as wire,
        ):
            subscribe = {"type": "subscribe", "id": "1", "payload": {"query": query}}
            wire.say({"type": "connection_init"}, subscribe)
            await stream.until(lambda: "event: next" in stream.text)
            await wire.until(lambda: len(wire.heard) >= 2)
            (watch,) = opened[0].watches._live.values()
            assert len(watch._mailboxes) == 1  # they ask for the same
            stream.leave()
            await stream.ended()
            assert len(watch._mailboxes) == 1
            wire.say({"type": "complete", "id": "1"})
            await settle()
            assert len(watch._mailboxes) == 0
            wire.leave()
            await wire.ended()
