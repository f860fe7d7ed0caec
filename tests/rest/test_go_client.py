"""A client with the habits of Go's net/http, by hand, from a list to a delete."""

from __future__ import annotations

import gzip
import json
import re
import socket
from dataclasses import dataclass
from typing import Any

from tests.rest.conftest import MOVERS, ROOT, RestApi, new_mover
from tests.world import LAB, TOKEN


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def get(self, name: str) -> str:
        """As http.Header.Get: names in their canonical form, empty where there is none."""
        return self.headers.get(canonical(name), "")

    @property
    def json(self) -> Any:
        """As json.Unmarshal of what io.ReadAll gave."""
        return json.loads(self.body)


def canonical(name: str) -> str:
    """textproto.CanonicalMIMEHeaderKey."""
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


class Client:
    """One kept connection, as an http.Client with its default transport keeps."""

    def __init__(self, port: int) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._file = self._sock.makefile("rb")
        self._host = f"127.0.0.1:{port}"

    def close(self) -> None:
        self._file.close()
        self._sock.close()

    def do(self, method: str, path: str, body: bytes | None = None, **more: str) -> Answer:
        """A body of unknown length goes in chunks; an answer may be zipped, as it was offered."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += ["User-Agent: Go-http-client/1.1", f"X-Auth-Token: {TOKEN}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        if body is not None:
            lines += ["Transfer-Encoding: chunked"]
        lines += ["Accept-Encoding: gzip", "", ""]
        self._sock.sendall("\r\n".join(lines).encode())
        for at in range(0, len(body or b""), 50):
            part = (body or b"")[at : at + 50]
            self._sock.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        if body is not None:
            self._sock.sendall(b"0\r\n\r\n")
        return self._answer(method)

    def _answer(self, method: str) -> Answer:
        status = int(self._file.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(":")
            headers[canonical(name)] = value.strip()
        length = int(headers.get("Content-Length", "0"))
        body = b"" if method == "HEAD" or status == 204 else self._file.read(length)
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(status, headers, body)


def test_a_mover_lives_its_life(rest_api: RestApi) -> None:
    client = Client(rest_api.server.port)
    try:
        _live(rest_api, client)
    finally:
        client.close()


def _live(rest_api: RestApi, client: Client) -> None:
    group, one = f"{MOVERS}/go", f"{MOVERS}/go/photos"
    empty = client.do("GET", group)
    assert (empty.status, empty.json, empty.get("x-items")) == (200, [], "0")

    body = new_mover("photos") | {"Tags": [{"Key": "team", "Value": "blue"}, {"Key": "aws:x"}]}
    made = client.do("POST", group, json.dumps(body).encode())  # no Content-Type, as http.Client.Do
    assert (made.status, made.body) == (202, b"")
    assert made.get("content-type") == "application/json"
    task = made.get("x-flywheel-task")

    polls = (client.do("GET", f"{ROOT}/flywheel?task={task}&task=unknown") for _ in range(5_000))
    ended = next(
        p.json[task] for p in polls if p.json[task]["status"] not in ("created", "running")
    )
    assert ended["status"] == "completed", ended
    lines = [line.split(" ", 1)[1] for line in ended["events"]]
    told = [line for line in lines if not line[:4].isdigit()]
    assert told[0] == f"starting task {task}"
    assert {
        "requested creation of source location",
        "requested creation of destination location",
    } < set(told)
    assert "requested creation of datasync task photos" in told
    assert re.fullmatch("created data mover 'photos': task-[0-9a-f]{17}", told[-1])
    assert lines[-1].endswith(f" complete task {task}")
    assert sum(line.endswith(f" checkin task {task}") for line in lines) == len(told) - 1

    shown = client.do("GET", one)
    assert shown.json["Task"]["Status"] == "AVAILABLE"
    assert [tag["Key"] for tag in shown.json["Tags"]] == [
        "spinup:org", "spinup:spaceid", "spinup:type", "spinup:flavor", "team",
    ]  # fmt: skip
    assert shown.json["Source"]["S3"]["S3Config"]["BucketAccessRoleArn"].startswith(
        f"arn:aws:iam::{LAB}:role/spinup/acme/go/"
    )

    rest_api.aws.set_pace(launch=600)
    started = client.do("PUT", one, b'{"state":"start"}', Content_Type="application/json")
    assert started.status == 200
    run = started.json
    assert started.body == b'"%s"' % run.encode()
    again = client.do("PUT", one, b'{"state":"start"}')
    assert (again.status, again.body) == (409, b"another datasync mover task is already running")
    running = client.do("DELETE", one)
    assert (running.status, running.body) == (409, b"The mover has an active run. Stop it first.")
    assert client.do("GET", f"{one}/runs").json == [run]
    described = client.do("GET", f"{one}/runs/{run}").json
    assert described["Status"] in ("QUEUED", "LAUNCHING")
    assert described["Result"] is None or described["Result"]["ErrorCode"] is None

    rest_api.aws.set_pace(launch=0)
    stopped = client.do("PUT", one, b'{"State":"stop"}', X_Forwarded_User="reaper")
    assert (stopped.status, stopped.body) == (204, b"")
    polls = (client.do("GET", f"{one}/runs/{run}") for _ in range(5_000))
    assert next(p for p in polls if p.json["Status"] == "ERROR").json["Result"]["ErrorCode"]
    gone = client.do("DELETE", one, X_Forwarded_User="reaper")
    assert (gone.status, gone.body) == (204, b"")
    assert client.do("GET", one).status == 404
    assert client.do("GET", group).json == []
