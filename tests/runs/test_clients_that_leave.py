"""Through the whole server: a start is finished, or was never begun, however its client leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from graph.app import create_app
from graph.sandbox import Fault, Sandbox
from tests.transport.wire import Socket, Streaming
from tests.world import LAB, TOKEN, ask, client_of, furnish, made, settings

START = """mutation {
  startMover(input: {mover: "%s", idempotencyKey: %s}) { run { id } errors { code message } } }"""
RUNS = """query($id: ID!) { node(id: $id) { ... on Mover {
  status currentRun { id } runs { nodes { id startedBy } } } } }"""
HEADERS = [(b"x-auth-token", TOKEN.encode())]


@pytest.mark.parametrize("key", ["null", '"k-1"'])
@pytest.mark.parametrize("how", ["complete", "disconnect", "http"])
@pytest.mark.parametrize("operation", ["AssumeRole", "StartTaskExecution"])
async def test_a_start_whose_client_leaves_is_finished_or_was_never_begun(
    aws: Sandbox, tmp_path: Path, how: str, operation: str, key: str
) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        mover = await made(client)
        start = START % (mover, key)
        aws.end_sessions()  # so that the next call assumes the role again
        aws.interceptor.add(Fault(operation, "gate"))
        await asked_and_left(app, start, how, aws)
        aws.interceptor.clear()
        payload = (await ask(client, start))["startMover"]
        node = (await ask(client, RUNS, id=mover))["node"]
        (run,) = node["runs"]["nodes"]
        assert run["startedBy"] is not None
        assert node["currentRun"] == {"id": run["id"]}
        codes = [error["code"] for error in payload["errors"]]
        assert payload["run"] == {"id": run["id"]} or codes == ["ALREADY_RUNNING"], payload


async def asked_and_left(app: ASGIApp, query: str, how: str, aws: Sandbox) -> None:
    """Leaves while AWS is being asked."""
    if how == "http":
        async with Streaming(
            app, query, path="/graphql", more=HEADERS, accept=b"application/json"
        ) as request:
            await at_the_gate(aws)
            request.leave()
        return
    async with Socket(app, path="/graphql", headers=HEADERS) as socket:
        subscribe: Any = {"type": "subscribe", "id": "1", "payload": {"query": query}}
        socket.say({"type": "connection_init"}, subscribe)
        await at_the_gate(aws)
        if how == "complete":
            socket.say({"type": "complete", "id": "1"})
        socket.leave()
        await socket.ended()


async def at_the_gate(aws: Sandbox) -> None:
    assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
