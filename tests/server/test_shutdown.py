"""At the signal to stop, every long-lived response ends as its clients expect it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import websockets

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.test_call_counts import many
from tests.world import CREATE, HEADERS, LAB, ask, furnish, new_mover

Make = Callable[[httpx.AsyncClient, str, str], httpx.Request]

FOLLOW = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"
STREAMS = {
    "text/event-stream": (b"event: next", b"retry: 1000\n\n"),
    "multipart/mixed;subscriptionSpec=1.0": (b'{"payload":{"data"', b"\r\n--graphql--\r\n"),
}
MOVERS = f'{{ account(id: "{LAB}") {{ movers {{ nodes {{ id name }} }} }} }}'
STOPPED = "The server stopped before the request was complete. A change may still take effect."


def rest(method: str, content: bytes = b"") -> Make:
    return lambda client, name, _: client.build_request(
        method, f"/v1/datasync/{LAB}/movers/g/{name}", content=content
    )


def graphql(query: str, accept: str = "application/json") -> Make:
    return lambda client, _, mover: client.build_request(
        "POST",
        "/graphql",
        json={"query": query, "variables": {"id": mover}},
        headers={"Accept": accept},
    )


QUERY = "query($id: ID!) { node(id: $id) { ... on Mover { createdAt } } }"
CUT_OFF = {
    "rest show": rest("GET"),
    "rest start": rest("PUT", b'{"State":"start"}'),
    "rest delete": rest("DELETE"),
    "query": graphql(QUERY),
    "query of GraphQL's media type": graphql(QUERY, "application/graphql-response+json"),
    "mutation": graphql(
        "mutation($id: ID!) { startMover(input: { mover: $id }) { run { id } errors { code } } }"
    ),
}
"""Requests that describe a mover. Made for a client with the name and the id of the mover."""


def waits_for_all(aws: Sandbox) -> bool:
    return aws.interceptor.counts()["datasync.DescribeTask"] == len(CUT_OFF)


@pytest.mark.timeout(150)  # real servers start in it
@pytest.mark.parametrize("workers", [1, 2])
async def test_every_stream_ends_at_the_signal(aws: Sandbox, tmp_path: Path, workers: int) -> None:
    furnish(aws)
    log = tmp_path / "log"
    arguments = ["--workers", f"{workers}"]
    aws.interceptor.add(Fault("CreateLocationS3", "gate"))
    async with (
        Server(aws, tmp_path, arguments=arguments, log=log, LOG_LEVEL="info") as server,
        server.client() as client,
        AsyncExitStack() as stack,
        asyncio.timeout(100),
    ):
        created = await ask(client, CREATE, input=new_mover())
        body = {"query": FOLLOW, "variables": {"id": created["createMover"]["operation"]["id"]}}
        streams = {
            accept: await stack.enter_async_context(followed(client, body, accept))
            for accept in STREAMS
        }
        socket = await stack.enter_async_context(subscribed(server, body))
        for accept, (first, _) in STREAMS.items():
            while first not in await anext(streams[accept]):
                pass
        server.signal(signal.SIGTERM)
        for accept, (_, last) in STREAMS.items():
            rest = b"".join([chunk async for chunk in streams[accept]])
            assert rest.endswith(last)
            assert b"event: complete" not in rest
        await socket.wait_closed()
        assert socket.close_code == 1012
        aws.interceptor.clear()
        assert await asyncio.to_thread(server.wait) in (0, -signal.SIGTERM)
    assert "Traceback" not in log.read_text()


@pytest.mark.timeout(150)  # real servers start in it
@pytest.mark.parametrize("workers", [1, 2])
async def test_requests_that_the_limit_of_the_shutdown_cuts_off_are_answered(
    aws: Sandbox, tmp_path: Path, workers: int
) -> None:
    many(aws, len(CUT_OFF))
    log = tmp_path / "log"
    arguments = ["--workers", f"{workers}"]
    async with (
        Server(aws, tmp_path, arguments=arguments, log=log, LOG_LEVEL="info") as server,
        server.client() as client,
        asyncio.timeout(100),
    ):
        movers = (await ask(client, MOVERS))["account"]["movers"]["nodes"]
        aws.interceptor.forget_calls()
        aws.interceptor.add(Fault("DescribeTask", "gate", count=1_000))
        requests = {
            name: asyncio.create_task(client.send(make(client, mover["name"], mover["id"])))
            for (name, make), mover in zip(CUT_OFF.items(), movers, strict=True)
        }
        assert await asyncio.to_thread(aws.interceptor.wait_until, lambda: waits_for_all(aws), 30)
        server.signal(signal.SIGTERM)
        answers = {name: await request for name, request in requests.items()}
        aws.interceptor.clear()
        assert await asyncio.to_thread(server.wait) in (0, -signal.SIGTERM)
    for name, answer in answers.items():
        assert (name, answer.status_code, answer.headers["Retry-After"]) == (name, 503, "5")
        assert answer.headers["X-Request-Id"]
        if name.startswith("rest"):
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert answer.text == STOPPED
        else:
            (error,) = answer.json()["errors"]
            assert error["message"] == STOPPED
            assert error["extensions"]["code"] == "SERVER_STOPPING"
            assert error["extensions"]["retryAfter"] == 5
    lines = log.read_text().splitlines()
    access = [line for line in lines if "logger=graph.server.access_log" in line]
    for answer in answers.values():
        (line,) = [line for line in access if answer.headers["X-Request-Id"] in line]
        assert "status=503" in line
    assert not [line for line in lines if "Traceback" in line or "Exception" in line]


@asynccontextmanager
async def followed(
    client: httpx.AsyncClient, body: dict[str, Any], accept: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The chunks of a stream."""
    headers = {"Accept": accept}
    async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
        yield response.aiter_bytes()


@asynccontextmanager
async def subscribed(server: Server, body: dict[str, Any]) -> AsyncIterator[Any]:
    """A socket that has got the first state."""
    async with websockets.connect(
        f"ws{server.url[4:]}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=HEADERS,
    ) as socket:
        for message in (
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": body},
        ):
            await socket.send(orjson.dumps(message).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        assert orjson.loads(await socket.recv())["type"] == "next"
        yield socket
