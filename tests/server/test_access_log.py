"""One line per request, counted by route; and no secret in it, whatever the level."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import websockets
from prometheus_client import REGISTRY

from graph.app import create_app
from graph.auth import token_for
from graph.sandbox import Sandbox
from graph.server.access_log import Entry
from rest_compat.routes import PATHS, ROOT
from tests.api_server import Server
from tests.rest.test_slow_clients import DRIBBLES, REFUSED
from tests.transport.wire import Socket
from tests.world import HEADERS, KEY, LAB, TOKEN, client_of, furnish, serving, settings


def counted(**labels: str) -> float:
    return REGISTRY.get_sample_value("datasync_api_http_requests_total", labels) or 0.0


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "graph.server.access_log"]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "graph.server.access_log")
    return caplog


async def test_a_request_has_its_line(
    aws: Sandbox, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as client:
        answer = await client.get(
            f"/v1/datasync/{LAB}/movers/g/a%20b%0A", headers={"X-Forwarded-User": "ann"}
        )
        named = {"query": "query Who { viewer { name } }", "operationName": "Who"}
        await client.post("/graphql", json=named)
        await client.get("/healthz")
        await client.get("/v1/datasync/x", headers={"X-Auth-Token": "wrong"})
    movers, who, refused = lines(logged)
    assert re.fullmatch(
        r"method=GET route=/v1/datasync/{account}/movers/{group}/{name} "
        rf'path="/v1/datasync/{LAB}/movers/g/a b\\n" status=404 ms=[0-9.]+ '
        rf'caller="default for ann" request_id={answer.headers["X-Request-Id"]}',
        movers,
    )
    assert re.fullmatch(
        r"method=POST route=/graphql operation=Who type=query fields=viewer status=200 ms=[0-9.]+ "
        r"caller=default "
        r"request_id=[0-9a-f]{32}",
        who,
    )
    assert "status=403 ms=" in refused
    assert "caller=" not in refused


async def test_rest_paths_are_counted_by_their_templates(aws: Sandbox, tmp_path: Path) -> None:
    public = f"{ROOT}/ping", "/v1/test/ping"
    asked = {path: re.sub(r"{\w+}", "x", path) for path in (*PATHS, *public)}
    asked["none"] = f"{ROOT}/nowhere"
    statuses = "200", "400", "404"
    async with serving(tmp_path) as client:
        for route, path in asked.items():
            before = sum(counted(method="GET", route=route, status=each) for each in statuses)
            await client.get(path)
            after = sum(counted(method="GET", route=route, status=each) for each in statuses)
            assert after == before + 1, route


async def test_whatever_is_asked_the_labels_are_few(aws: Sandbox, tmp_path: Path) -> None:
    unknown = {"method": "GET", "route": "none", "status": "404"}
    odd = {"method": "OTHER", "route": "none", "status": "404"}
    before = counted(**unknown), counted(**odd)
    async with serving(tmp_path) as client:
        for n in range(3):
            await client.get(f"/nowhere/{n}")
        await client.request("BREW", "/coffee")
        shown = (await client.get("/v1/datasync/metrics")).text
    assert (counted(**unknown), counted(**odd)) == (before[0] + 3, before[1] + 1)
    assert 'datasync_api_http_request_seconds_count{method="GET",route="none"}' in shown
    assert "/nowhere" not in shown


@pytest.mark.parametrize(
    "kind", [b"text/event-stream; charset=utf-8", b'multipart/mixed; boundary="graphql"']
)
async def test_a_stream_is_counted_and_not_timed(kind: bytes) -> None:
    entry = Entry()
    entry.note({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    assert (entry.status, entry.streams) == (200, True)
    socket = Entry()
    socket.note({"type": "websocket.accept"})
    socket.note({"type": "websocket.close", "code": 4400})
    assert (socket.status, socket.streams) == (101, True)
    refused = Entry()
    refused.note({"type": "websocket.close", "code": 4400})
    assert refused.status == 403


def errors(code: str, field: str) -> float:
    labels = {"code": code, "field": field}
    return REGISTRY.get_sample_value("datasync_api_graphql_errors_total", labels) or 0.0


DANGER = """mutation Danger($m: ID!) {
  a: deleteMover(input: {mover: $m}) { errors { code } }
  b: deleteMover(input: {mover: $m}) { __typename }
}"""
FAILING = {
    "a payload": (DANGER, {"m": "nonsense"}, "INVALID", "deleteMover", 2),
    "a field": ("{ x: node(id: 1) { id } }", {}, "INVALID", "node", 1),
    "a document": ("{ nothing }", {}, "GRAPHQL_INVALID", "none", 1),
    "a variable": ("query($i: ID!) { node(id: $i) { id } }", {}, "GRAPHQL_INVALID", "none", 1),
    "its cost": (
        "{ operations(first: 10000000) { edges { cursor } } }",
        {},
        "TOO_COSTLY",
        "none",
        1,
    ),
}
ACCEPT = {
    "http": "application/json",
    "sse": "text/event-stream",
    "multipart-subscription": "multipart/mixed;subscriptionSpec=1.0",
}


@pytest.mark.parametrize(
    ("transport", "case"),
    [
        *((each, case) for each in ("http", "sse", "websocket") for case in FAILING),
        ("multipart-subscription", "a document"),  # which is for subscriptions alone
        ("multipart-subscription", "a variable"),
    ],
)
async def test_every_error_of_graphql_is_in_the_log_and_counted(
    aws: Sandbox, tmp_path: Path, logged: pytest.LogCaptureFixture, transport: str, case: str
) -> None:
    query, variables, code, field, times = FAILING[case]
    before = errors(code, field)
    app = create_app(settings(tmp_path))
    async with client_of(app) as client:
        if transport == "websocket":
            sent = await by_socket(app, query, variables)
        else:
            body, headers = {"query": query, "variables": variables}, {"Accept": ACCEPT[transport]}
            sent = (await client.post("/graphql", json=body, headers=headers)).text
    assert errors(code, field) == before + times
    told = [line for line in lines(logged) if "errors=" in line]
    (line,) = told
    assert f" errors={code}{f':{times}' if times > 1 else ''} " in line
    if field != "none":
        assert f" fields={field}{f':{times}' if times > 1 else ''} " in line
    if case == "a payload":
        assert " operation=Danger type=mutation " in line
    for request_id in re.findall(r'"requestId":"([0-9a-f]+)"', sent):
        assert f"request_id={request_id}" in line
    assert "caller=default" in line


async def by_socket(app: Any, query: str, variables: dict[str, Any]) -> str:
    """What a socket is answered to one operation."""
    payload = {"query": query, "variables": variables}
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    async with Socket(app, "/graphql", headers) as wire:
        wire.say({"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": payload})
        await wire.until(lambda: any(m["type"] in ("complete", "error") for m in wire.heard))
        wire.leave()
        await wire.ended()
        return orjson.dumps(wire.heard).decode()


async def test_every_operation_of_a_socket_has_a_line(
    aws: Sandbox, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings(tmp_path))
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    async with (
        client_of(app),
        Socket(app, "/graphql", [*headers, (b"x-forwarded-user", b"ann")]) as wire,
    ):
        wire.say({"type": "connection_init"})
        for number in range(3):
            query = f"query Q{number} {{ viewer {{ name }} }}"
            wire.say({"type": "subscribe", "id": str(number), "payload": {"query": query}})
        wire.say({"type": "ping"}, "nonsense")
        await wire.ended()
    *operations, socket = lines(logged)
    assert len(operations) == 3
    named = r" operation=Q\d type=query fields=viewer"
    for line in operations:  # the document of one that is cancelled may not be known yet
        assert re.fullmatch(
            rf"transport=websocket route=/graphql({named} outcome=ok|({named})? outcome=cancelled) "
            r'ms=[0-9.]+ caller="default for ann" request_id=[0-9a-f]{32}',
            line,
        )
    assert re.search(r"method=WEBSOCKET route=/graphql status=101 close=4400 ms=", socket)


@pytest.mark.timeout(150)  # real servers start in it
async def test_what_is_refused_has_a_line_with_the_status_that_was_answered(
    aws: Sandbox, tmp_path: Path
) -> None:
    wrong = [*(DRIBBLES[what] for what in ("a head", "a body", "a body for GraphQL"))]
    wrong += [REFUSED[what][0] for what in ("no HTTP", "two hosts", "a long header with an end")]
    log = tmp_path / "log"
    answered = {}
    async with Server(aws, tmp_path, log=log, LOG_LEVEL="info", REQUEST_SECONDS="0.5") as server:
        for sent in wrong:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            answered[head.partition("x-request-id: ")[2].strip()] = head.split()[1]
            writer.close()
        server.terminate()
    assert sorted(answered.values()) == ["400", "400", "408", "408", "408", "431"]
    told = [line for line in log.read_text().splitlines() if " status=" in line]
    for request_id, status in answered.items():
        (line,) = (line for line in told if request_id in line)
        assert f" status={status} " in line


@pytest.mark.timeout(150)  # real servers start in it
async def test_a_server_at_debug_tells_no_secret(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    log, other = tmp_path / "log", token_for("another key", 4)
    keys = tmp_path / "keys.toml"
    keys.write_text('[[keys]]\nname = "ci"\nkey = "a second key"\n')
    async with Server(aws, tmp_path, log=log, LOG_LEVEL="debug", KEYS=str(keys)) as server:
        async with server.client() as client:
            await client.get(f"/v1/datasync/{LAB}/movers")
            await client.post("/graphql", json={"query": "{ viewer { name } }"})
            await client.get("/v1/datasync/x", headers={"X-Auth-Token": other})
            await client.get("/v1/datasync/x", headers={"X-Auth-Token": "", "Authorization": KEY})
            await client.put(f"/v1/datasync/{LAB}/movers/g/x", content=b"{")
        for headers, payload in ((HEADERS, None), ({}, HEADERS)):
            await greet(f"ws{server.url[4:]}/graphql", headers, payload)
        assert server.terminate() in (0, -15)
    told = log.read_text()
    assert "level=DEBUG" in told
    assert told.count("method=WEBSOCKET") == 2
    given = aws.environment
    secrets = {KEY, TOKEN, other, "another key", "a second key", "x-1"}
    secrets |= {given["AWS_SECRET_ACCESS_KEY"]}
    assert {secret for secret in secrets if secret in told} == set()
    assert not re.search(r"(?i)x-amz-security-token|signature=|x-auth-token|sessiontoken", told)


async def greet(url: str, headers: dict[str, str], payload: Any) -> None:
    """A socket that is acknowledged."""
    async with (
        asyncio.timeout(20),
        websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers=headers,
        ) as socket,
    ):
        await socket.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/livez"),
        ("GET", "/readyz"),
        ("GET", "/healthz"),
        ("GET", "/v1/datasync/metrics"),
        ("GET", "/v1/datasync/ping"),
        ("GET", "/nowhere"),
        ("OPTIONS", "/graphql"),
        ("GET", "/graphql/schema.graphql"),
        ("POST", "/graphql"),
    ],
)
async def test_every_response_has_the_id_of_its_line(
    aws: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    caplog.set_level(logging.DEBUG, "graph.server.access_log")
    async with serving(tmp_path) as client:
        answer = await client.request(method, path)
    (line,) = lines(caplog)
    assert line.endswith(f"request_id={answer.headers['X-Request-Id']}")
    assert answer.headers.get_list("X-Request-Id") == [answer.headers["X-Request-Id"]]
