"""An AWS that answers as it was recorded to, after the same time for every call; as a process.

The embedded AWS answers one call after the other, so that its own queue delays every caller beside
a flood. This one first passes calls on to it, then answers from what it has recorded, at a cost of
some microseconds: what remains between two callers is the server's doing.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

import aiohttp

SECONDS: Final = 0.02
"""That every call takes."""
_ID: Final = re.compile(rb"(task|loc|exec)-[0-9a-f]{17}")
_UNKNOWN: Final = b'{"__type": "InvalidRequestException", "message": "This was not recorded."}'
_OF_THE_HOP: Final = ("accept-encoding", "connection", "content-length", "host")
_EXPIRATION: Final = re.compile(rb"(<Expiration>)[^<]+")
_NEW: Final = {"CreateTask": b"task", "StartTaskExecution": b"exec", "CreateLocationS3": b"loc"}


class RecordedAws:
    """``with RecordedAws(environment_of_the_sandbox) as aws``; its environment is for servers."""

    def __init__(self, environment: dict[str, str], tape: Path | None = None) -> None:
        """``tape``: a file that was saved, with which nothing is passed on."""
        self._behind, self._tape = environment, [str(tape)] if tape else []
        self._process: subprocess.Popen[str] | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.benchmarks.recorded_aws", *self._tape],
            env=os.environ | self._behind,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        url = self._process.stdout.readline().strip()
        self.environment = self._behind | {"AWS_ENDPOINT_URL": url}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=10)

    def replay(self) -> None:
        """From now on it answers by itself what it has ever been asked."""
        self._ask("replay")

    def counts(self) -> dict[str, int]:
        """Calls by operation since ``replay``; those that were passed on begin with "passed"."""
        counts: dict[str, int] = self._ask("counts")
        return counts

    def save(self, file: Path) -> None:
        """Keeps the tape, with which another can be started."""
        self._ask(f"save{file}")

    def _ask(self, path: str) -> Any:
        url = f"{self.environment['AWS_ENDPOINT_URL']}/_recorded/{path}"
        with urlopen(Request(url, b"", method="POST"), timeout=60) as answer:  # noqa: S310 - loopback
            return json.load(answer)


class _Tape:
    """What was answered: to each request, and by way of example to each operation."""

    def __init__(self) -> None:
        self.replaying = False
        self.counts: dict[str, int] = {}
        self._exact: dict[tuple[str, bytes], bytes] = {}
        self._examples: dict[tuple[str, bool], tuple[bytes, bytes]] = {}
        self._known: set[bytes] = set()

    def record(self, operation: str, body: bytes, status: int, answer: bytes) -> None:
        self._exact[operation, body] = answer
        self._examples[operation, status < 300] = body, answer
        if status < 300:
            self._known.update(match[0] for match in _ID.finditer(answer))

    def saved(self) -> bytes:
        return repr((self._exact, self._examples, self._known)).encode()

    def load(self, saved: bytes) -> None:
        self._exact, self._examples, self._known = ast.literal_eval(saved.decode())
        self.replaying = True

    def count(self, operation: str) -> None:
        self.counts[operation] = self.counts.get(operation, 0) + 1

    def answer(self, operation: str, body: bytes) -> bytes | None:
        exact = self._exact.get((operation, body))
        if exact is not None and operation not in (*_NEW, "AssumeRole"):
            return exact
        asked = [match[0] for match in _ID.finditer(body)]
        exists = all(each in self._known for each in asked)
        asked_then, answer = self._examples.get((operation, exists), (b"", None))
        if answer is None:
            return None
        answer = _EXPIRATION.sub(rb"\g<1>2099-01-01T00:00:00.000000Z", answer)
        for old, new in zip((m[0] for m in _ID.finditer(asked_then)), asked, strict=False):
            answer = answer.replace(old, new)
        if kind := _NEW.get(operation):
            new = b"%s-%s" % (kind, secrets.token_hex(9)[:17].encode())
            self._known.add(new)
            answer = re.sub(kind + rb"-[0-9a-f]{17}", new, answer)
        return answer


class _Connection(asyncio.Protocol):
    """Of HTTP the part that the SDK uses: one request after the other."""

    def __init__(self, tape: _Tape, behind: str, http: aiohttp.ClientSession) -> None:
        self._tape, self._behind, self._http = tape, behind, http
        self._read = b""
        self._passing: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (each.partition(": ") for each in lines)
        }
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._read = rest[length:]
        method, path, *_ = first.split(" ")
        self._serve(method, path, headers, rest[:length])

    def _serve(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        tape = self._tape
        if path.startswith("/_recorded/"):
            what, slash, file = path.removeprefix("/_recorded/").partition("/")
            if what == "save":
                Path(slash + file).write_bytes(tape.saved())
            tape.replaying |= what == "replay"
            self._send(_response(200, "application/json", json.dumps(tape.counts).encode()))
            return
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        operation = operation or parse_qs(body.decode()).get("Action", [path])[0]
        answer = tape.answer(operation, body) if tape.replaying else None
        if tape.replaying:
            tape.count(operation if answer else f"passed {operation}")
        if answer is None and not self._behind:
            print("not recorded:", operation, body[:200], file=sys.stderr)  # noqa: T201
            answer = _response(400, "application/x-amz-json-1.1", _UNKNOWN)
        if answer:
            asyncio.get_running_loop().call_later(SECONDS, self._send, answer)
        else:
            self._passing = asyncio.create_task(self._pass(method, path, operation, headers, body))

    async def _pass(
        self, method: str, path: str, operation: str, headers: dict[str, str], body: bytes
    ) -> None:
        given = {name: value for name, value in headers.items() if name not in _OF_THE_HOP}
        async with self._http.request(
            method, self._behind + path, data=body, headers=given
        ) as response:
            kind = response.headers.get("Content-Type", "")
            answer = _response(response.status, kind, await response.read())
        self._tape.record(operation, body, response.status, answer)
        self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _response(status: int, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def main(tape: _Tape) -> None:
    """Until its standard input is closed."""
    behind = os.environ.get("AWS_ENDPOINT_URL", "")
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as http:
        server = await loop.create_server(
            lambda: _Connection(tape, behind, http), "127.0.0.1", 0, backlog=1_000
        )
        port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201 - for who started it
        await asyncio.to_thread(sys.stdin.read)
        server.close()


if __name__ == "__main__":
    loaded = _Tape()
    if sys.argv[1:]:
        loaded.load(Path(sys.argv[1]).read_bytes())
    asyncio.run(main(loaded))
