"""Runs are followed as long as the caller may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth import token_for
from graph.sandbox import Sandbox
from tests import leftover
from tests.transport.wire import Streaming
from tests.world import LAB, ask, client_of, furnish, made, settings

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
NODE = "query($id: ID!) { node(id: $id) { ... on Mover { name } } }"
KEYS = [
    {"name": "g", "key": "key of g", "groups": ["g"]},
    {"name": "all", "key": "key of all"},
    {"name": "both", "key": "key of both", "groups": ["g", "h"]},
]


@dataclass
class World:
    app: Starlette
    client: httpx.AsyncClient
    mover: str
    run: str

    def follows(self, key: str, *, several: bool = False) -> Streaming:
        query = f'subscription {{ runProgress(run: "{self.run}") {{ sequence }} }}'
        if several:
            query = f'subscription {{ runsProgress(runs: ["{self.run}"]) {{ sequence }} }}'
        token = [(b"x-auth-token", token_for(f"key of {key}", 4).encode())]
        return Streaming(self.app, query, path="/graphql", more=token)


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """A run that does not change."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000_000)
    app = create_app(settings(tmp_path, keys=KEYS))
    async with client_of(app) as client:
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        yield World(app, client, mover, run)


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
async def test_a_mover_that_is_read_in_another_group_is_out_of_sight_at_once(
    world: World, *, several: bool
) -> None:
    keys = ("g", "both", "all")
    streams = {key: world.follows(key, several=several) for key in keys}
    async with streams["g"] as lost, streams["both"] as limited, streams["all"] as all_of_them:
        await lost.until(lambda: "event: next" in lost.text)
        await limited.until(lambda: "event: next" in limited.text)
        await all_of_them.until(lambda: "event: next" in all_of_them.text)
        (task,) = leftover.datasync().tasks
        leftover.datasync().tag_resource(task, {"spinup:spaceid": "h"})
        await ask(world.client, NODE, id=world.mover)
        await lost.ended()
        assert "NOT_FOUND" in lost.text
        assert not limited.task.done()
        assert not all_of_them.task.done()
        assert limited.text.count("event: next") == 1
