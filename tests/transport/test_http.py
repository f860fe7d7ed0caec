"""GraphQL over HTTP, WebSocket and SSE, with a schema of ten lines."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
import strawberry
import uvicorn
import websockets

from graph.transport import GraphQLApp, make_schema


class CodedError(Exception):
    code = "NO_GOOD"


class Refused(Exception):
    code = "UNAUTHENTICATED"


closed = threading.Event()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, first: int = 1) -> str:
        return "x" * min(first, 3)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret")

    @strawberry.field
    def coded(self) -> str | None:
        raise CodedError("told")

    @strawberry.field
    def again(self, first: int = 2) -> Query:  # noqa: ARG002 - it multiplies the cost
        return Query()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        try:
            for number in range(to):
                yield number
            if to > 10:
                await asyncio.Event().wait()
        finally:
            closed.set()


SCHEMA = make_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    code_of=lambda error: getattr(error, "code", None),
)


async def identify(connection: Any, payload: Mapping[str, Any] | None) -> str:
    if connection.headers.get("x-token") == "bad" or (payload or {}).get("token") == "bad":
        raise Refused("no")
    return "somebody"


def app() -> GraphQLApp:
    return GraphQLApp(
        SCHEMA, identify=identify, make_context=lambda who, _: {"who": who}, body_limit=100_000
    )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


async def post(http: httpx.AsyncClient, query: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post("/", json={"query": query, **more})).json()
    return answer


async def test_a_query_is_answered(http: httpx.AsyncClient) -> None:
    response = await http.post("/", json={"query": "{ hello }"})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "x"}})
    assert response.headers["x-request-id"]
    got = await http.get("/", params={"query": "{ hello }"})
    assert got.json() == {"data": {"hello": "x"}}


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("PUT", {}, b"{}", 405),
        ("POST", {"content-type": "text/plain"}, b"{}", 415),
        ("POST", {"content-type": "application/jsonp"}, b"{}", 415),
        ("POST", {"accept": "image/png"}, b"{}", 406),
        ("POST", {"x-token": "bad"}, b"{}", 401),
        ("POST", {}, b"1", 400),
        ("POST", {}, b"null", 400),
        ("POST", {}, b'"x"', 400),
        ("POST", {}, b"[]", 400),
        ("POST", {}, b"\xff", 400),
        ("POST", {}, b"[" * 90_000, 400),
        ("POST", {}, b"x" * 100_001, 413),
        ("POST", {}, b'{"query": 1}', 400),
        ("POST", {}, b'{"query": "{ hello }", "operationName": 1}', 400),
        ("POST", {}, b'{"query": "{ hello }", "variables": 1}', 400),
        ("POST", {}, b'{"query": "subscription { count }"}', 400),
    ],
)
async def test_what_is_malformed_is_refused_as_graphql_json(
    http: httpx.AsyncClient, method: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    given = {"content-type": "application/json", **headers}
    response = await http.request(method, "/", content=body, headers=given)
    assert response.status_code == status, response.text
    assert response.json()["errors"][0]["message"]


async def test_a_mutation_by_get_is_a_405(http: httpx.AsyncClient) -> None:
    response = await http.get("/", params={"query": "mutation { change }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_an_accident_is_masked_and_a_coded_error_is_shown(http: httpx.AsyncClient) -> None:
    answer = await post(http, "{ broken coded }")
    shown = {error["path"][0]: error for error in answer["errors"]}
    assert shown["broken"]["message"] == "Internal error"
    assert shown["broken"]["extensions"]["code"] == "INTERNAL"
    assert (shown["coded"]["message"], shown["coded"]["extensions"]["code"]) == ("told", "NO_GOOD")


async def test_two_operations_need_a_name(http: httpx.AsyncClient) -> None:
    query = "query A { hello } query B { hello }"
    assert "operation name" in (await post(http, query))["errors"][0]["message"]
    assert (await post(http, query, operationName="B"))["data"] == {"hello": "x"}


def bomb(levels: int) -> str:
    spread = "".join(
        f"fragment f{n} on Query {{ a: again {{ ...f{n + 1} }} b: again {{ ...f{n + 1} }} }} "
        for n in range(levels)
    )
    return f"{{ ...f0 }} {spread} fragment f{levels} on Query {{ hello }}"


@pytest.mark.parametrize(
    "query",
    [
        bomb(13),
        bomb(22),
        "{ " + " ".join(f"a{n}: hello" for n in range(31)) + " }",
        "{ again { " * 15 + "hello" + " } }" * 15,
        "{ again(first: 1000000000) { again(first: 1000000000) { hello } } }",
        "{ hello " + "@skip(if: false) " * 51 + "}",
        "{ " + "hello " * 2001 + "}",
        "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "#" * 20_001,
    ],
)
async def test_a_hostile_document_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await post(http, query)
    assert "data" not in answer
    assert answer["errors"]


@pytest.mark.parametrize("query", ["{ helo }", "{ hello(frist: 1) }", "query($a: Strng) { hello }"])
async def test_nothing_is_suggested(http: httpx.AsyncClient, query: str) -> None:
    assert "Did you mean" not in str(await post(http, query))


async def test_sse_events_end_in_line_feeds_and_are_preferred_only_when_first(
    http: httpx.AsyncClient,
) -> None:
    body = {"query": "subscription { count }"}
    response = await http.post("/", json=body, headers={"accept": "text/event-stream"})
    assert "\r" not in response.text
    assert response.text.count("event: next\n") == 3
    assert "event: complete\n" in response.text
    last = {"accept": "application/json, text/event-stream"}
    plain = await http.post("/", json={"query": "{ hello }"}, headers=last)
    assert plain.json() == {"data": {"hello": "x"}}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    config = uvicorn.Config(
        app(), port=0, log_level="error", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    started = threading.Event()
    startup = server.startup

    async def noted(*args: Any, **more: Any) -> None:
        await startup(*args, **more)
        started.set()

    server.startup = noted  # type: ignore[method-assign]
    thread.start()
    assert started.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"ws://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join(20)


def connect(address: str) -> Any:
    return websockets.connect(address, subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]


async def talk(wire: Any, *messages: Any) -> None:
    for message in messages:
        await wire.send(message if isinstance(message, str) else json.dumps(message))


async def hear(wire: Any) -> Any:
    async with asyncio.timeout(10):
        text = await wire.recv()
    assert isinstance(text, str)
    return json.loads(text)


async def close_code(wire: Any) -> int:
    async with asyncio.timeout(10):
        await wire.wait_closed()
    return int(wire.close_code)


def subscribe(query: str, name: str = "1") -> dict[str, Any]:
    return {"type": "subscribe", "id": name, "payload": {"query": query}}


INIT = {"type": "connection_init"}


async def test_a_subscription_comes_next_by_next_and_completes(address: str) -> None:
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("subscription { count }"))
        assert (await hear(wire))["type"] == "connection_ack"
        heard = [await hear(wire) for _ in range(4)]
        assert [message["type"] for message in heard] == ["next"] * 3 + ["complete"]


async def test_connection_init_without_payload_is_accepted_and_pings_are_echoed(
    address: str,
) -> None:
    async with connect(address) as wire:
        await talk(wire, {"type": "connection_init", "payload": None})
        assert (await hear(wire))["type"] == "connection_ack"
        await talk(wire, {"type": "ping", "payload": {"n": 1}})
        assert await hear(wire) == {"type": "pong", "payload": {"n": 1}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["1"], 4400),
        (["[]"], 4400),
        (["null"], 4400),
        (["{"], 4400),
        ([{"type": "nonsense"}], 4400),
        ([{"type": "connection_init", "payload": {"token": "bad"}}], 4403),
        ([subscribe("{ hello }")], 4401),
        ([INIT, {"type": "subscribe", "id": 1, "payload": {"query": "x"}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {}}], 4400),
        ([INIT, *[subscribe("subscription { count(to: 11) }")] * 2], 4409),
        ([INIT, *[{"type": "pong"}] * 300], 4429),
    ],
)
async def test_a_broken_rule_closes_with_its_code(
    address: str, messages: list[Any], code: int
) -> None:
    async with connect(address) as wire:
        await talk(wire, *messages)
        assert await close_code(wire) == code


async def test_a_syntax_error_ends_its_own_operation_alone(address: str) -> None:
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("{", "a"), subscribe("{ hello }", "b"))
        await hear(wire)
        heard = [await hear(wire) for _ in range(3)]
    assert {m["type"] for m in heard if m["id"] == "a"} == {"error"}
    assert [m["type"] for m in heard if m["id"] == "b"] == ["next", "complete"]


async def test_a_client_that_leaves_closes_its_source(address: str) -> None:
    closed.clear()
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("subscription { count(to: 11) }"))
        await hear(wire)
        await hear(wire)
        assert not closed.is_set()
    assert await asyncio.to_thread(closed.wait, 10)


async def test_a_long_subscription_does_not_grow() -> None:
    import tracemalloc  # noqa: PLC0415 - for this alone

    seen = 0
    stream = await SCHEMA.subscribe("subscription { count(to: 5000) }", context_value={})
    tracemalloc.start()
    try:
        baseline = 0
        async for _ in stream:
            seen += 1
            if seen == 1000:
                baseline = tracemalloc.get_traced_memory()[0]
            if seen == 5000:
                break
        grown = tracemalloc.get_traced_memory()[0] - baseline
    finally:
        tracemalloc.stop()
        await stream.aclose()
    assert grown < 4000 * 50
