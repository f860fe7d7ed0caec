"""CPU of large queries and of an event; by hand.

Queries are compared with two bare routes: one encodes the same dictionaries, the other also makes
them from the same objects by hand.

``python -m tests.benchmarks.query [--requests 10] [--rounds 5] [--events 20000]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from subprocess import Popen
from typing import Any, Final, cast

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from graph.model.manifest import Manifest, hash_of
from graph.schema import BEHIND_INTERFACES, SCALARS
from graph.server.garbage_collection import tune_garbage_collection
from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.transport import GraphQLApp, PersistedDocuments, Schema, State, make_schema
from graph.transport.execution.executor import execute
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.results import Following, Payload, Results
from graph.transport.report import Report, ignore
from tests.benchmarks.shapes import Query, Subscription, simple_by_hand

PORT: Final = 18_463
DOCUMENTS: Final = {
    "simple types": """{ simple(first: 100) {
  id name kind source target enabled schedule createdAt owner runCount
  runs { id moverId status bytesTotal bytesDone filesTotal filesDone rateBps startedAt etaSeconds }
} }""",
    "types of the server": """{ listed(first: 100) {
  mover { id name taskArn status statusText mode modeText group { name } account { region } }
  runs { id runId executionArn status statusText mode modeText outcome requestedAt endedAt }
} }""",
    "one mover": "{ listed(first: 1) { mover { id name status } } }",
}
APIS: Final = ("/plain", "/compiled", "/persisted")
EVENTS: Final = """subscription($n: Int!) { update(events: $n) { sequence run {
  runId status outcome
  progress { percent bytesPerSecond estimatedSecondsLeft elapsedSeconds bytes { transferred } }
} } }"""


def served_schema(*, compiled: bool, persisted: bool = False) -> Schema:
    manifest = Manifest({hash_of(text): text for text in DOCUMENTS.values()} if persisted else {})
    return make_schema(
        query=Query,
        subscription=Subscription,
        types=BEHIND_INTERFACES,
        scalars=SCALARS,
        persisted=PersistedDocuments(manifest),
        states={"update": State()},
        compiled=compiled,
    )


def api(*, compiled: bool, persisted: bool = False) -> GraphQLApp:
    async def identify(connection: Any, _payload: Any) -> str:
        return str(connection.headers["x-token"])

    return GraphQLApp(
        served_schema(compiled=compiled, persisted=persisted),
        identify=identify,
        make_context=lambda who, request_id: (who, request_id),
    )


async def dictionaries() -> dict[str, Any]:
    """What the documents return, by their names."""
    schema, found = served_schema(compiled=False), {}
    for name, text in DOCUMENTS.items():
        request = OperationRequest(text, {}, None, "w", "r")
        found[name] = (await execute(schema, schema.prepare(request), request, None)).formatted()
    return found


def serve() -> None:
    data = asyncio.run(dictionaries())

    async def bare(request: Request) -> Response:
        return Response(orjson.dumps(data[request.headers["x-document"]]))

    async def by_hand(_request: Request) -> Response:
        return Response(orjson.dumps({"data": {"simple": simple_by_hand()}}))

    async def used(_request: Request) -> Response:
        return Response(orjson.dumps(time.process_time()))

    app = Starlette(
        routes=[
            Route("/cpu", used, methods=["POST"]),
            Route("/bare", bare, methods=["POST"]),
            Route("/by-hand", by_hand, methods=["POST"]),
            Mount("/plain", api(compiled=False)),
            Mount("/compiled", api(compiled=True)),
            Mount("/persisted", api(compiled=True, persisted=True)),
        ]
    )
    tune_garbage_collection()
    uvicorn.run(
        app,
        port=PORT,
        loop="asyncio",
        http=cast(
            "Any", partial(BoundedHttp, limits=ConnectionLimits(15), peers=PeerConnections(20_000))
        ),
        log_level="critical",
    )


@contextmanager
def server() -> Iterator[None]:
    with Popen([sys.executable, "-m", __spec__.name, "serve"]) as process:  # noqa: S603 - itself
        try:
            while process.poll() is None:
                try:
                    post("/bare", "one mover", 1)
                    break
                except OSError:
                    time.sleep(0.1)
            assert process.poll() is None, "the server did not start"
            yield
        finally:
            process.kill()


def post(path: str, name: str, times: int) -> bytes:
    """The body of the last response. Each request is one packet: none waits for its body."""
    text = DOCUMENTS[name]
    given = {"documentId": f"sha256:{hash_of(text)}"} if path == "/persisted" else {"query": text}
    body = orjson.dumps(given)
    asked = (
        f"POST {f'{path}/' if path in APIS else path} HTTP/1.1\r\nHost: bench\r\nX-Token: t\r\n"
        f"X-Document: {name}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    answer = b""
    with socket.create_connection(("127.0.0.1", PORT), 60) as connection:
        responses = connection.makefile("rb")
        for _ in range(times):
            connection.sendall(asked)
            head = b"".join(iter(responses.readline, b"\r\n"))
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            answer = responses.read(int(length))
    return answer


def spent(path: str, name: str, times: int) -> float:
    """Milliseconds of the server's CPU per request."""
    before = json.loads(post("/cpu", name, 1))
    post(path, name, times)
    return float(1e3 * (json.loads(post("/cpu", name, 1)) - before) / times)


def compare(name: str, options: argparse.Namespace) -> None:
    bare = ["/bare", "/by-hand"] if name == "simple types" else ["/bare"]
    answers = [json.loads(post(path, name, 3)) for path in (*bare, *APIS)]
    assert all(answer == answers[0] for answer in answers)
    many = {path: options.requests * (1 if path == "/plain" else 20) for path in (*bare, *APIS)}
    rounds = [
        {path: spent(path, name, number) for path, number in many.items()}
        for _ in range(options.rounds)
    ]
    say(f"{name}, {len(post('/bare', name, 1)) / 1e3:.0f} kB")
    for path in many:
        ratios = [median(each[path] / each[base] for each in rounds) for base in bare]
        against = ", ".join(f"{x:.2f} x {b[1:]}" for x, b in zip(ratios, bare, strict=True))
        say(f"  {path[1:]:10} {median(each[path] for each in rounds):6.3f} ms: {against}")


class Counting:
    """A member that only counts."""

    def __init__(self) -> None:
        self.seen, self.ended = 0, asyncio.Event()

    def put(self, _value: Payload) -> None:
        self.seen += 1

    def close(self) -> None:
        self.ended.set()


async def event(events: int, *, compiled: bool) -> float:
    """Microseconds of CPU per event, from its source to the member."""
    results = Results(served_schema(compiled=compiled), lambda who, request_id: (who, request_id))
    request = OperationRequest(EVENTS, {"n": events}, None, "w", "r")
    report, member = Report({"type": "http"}, ignore, "r", "sse"), Counting()
    before = time.process_time()
    following = await results.begin(request, report, member)
    assert isinstance(following, Following)
    await member.ended.wait()
    assert member.seen == events
    return 1e6 * (time.process_time() - before) / events


async def measure_events(events: int) -> None:
    found = {
        name: min([await event(number, compiled=compiled) for _ in range(5)])
        for name, compiled, number in (("plain", False, events // 10), ("compiled", True, events))
    }
    say(f"an event: plain {found['plain']:.1f} us, compiled {found['compiled']:.1f} us")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.query")
    parser.add_argument("--requests", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000)
    options = parser.parse_args()
    with server():
        for name in DOCUMENTS:
            compare(name, options)
    asyncio.run(measure_events(options.events))


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main()
