"""The control API of the sandbox over HTTP, for tests and demos in another process.

======  ====================  ==========================================================
method  path                  what
======  ====================  ==========================================================
GET     /_sandbox/calls       counts by ``service.Operation``; with ``?list=1`` the calls in order,
                              each as ``[service, operation, account]``
DELETE  /_sandbox/calls       forgets them
POST    /_sandbox/faults      ``{operation, kind, count, skip, seconds, account}``
DELETE  /_sandbox/faults      removes all faults and opens the gate
GET     /_sandbox/gate?s=5    waits for a call at the gate; null where none arrives
DELETE  /_sandbox/gate        opens it
POST    /_sandbox/clock       ``{"turn": seconds}``; the first turn stops it for good
POST    /_sandbox/settle      ``{"seconds": n}``; turns the clock until no transfer runs
DELETE  /_sandbox/sessions    revokes all assumed sessions
POST    /_sandbox/tasks       ``{arn, code, detail}``; makes a task UNAVAILABLE, or usable again
POST    /_sandbox/pace        ``{name: number}``
POST    /_sandbox/roles       ``{account, name, external_id, service}``
POST    /_sandbox/agents      ``{account, name, agent_id, online}``; the ARN of a new agent, or of
                              the one with that id, which is put online or offline
POST    /_sandbox/buckets     ``{account, name, objects: {key: text}}``
POST    /_sandbox/points      ``{account, name, bucket, vpc_id}``; an access point of S3; its ARN
POST    /_sandbox/files       ``{uri, files: {path: text}, secret}``; of a location outside of S3;
                              instead of a text ``{text, uid, gid, mode, mtime}``
GET     /_sandbox/files?uri=u the files below a URI, by path
POST    /_sandbox/shares      ``{name, account, roles}``; a bucket policy that admits the roles
GET     /_sandbox/state       tasks, locations and roles by account
======  ====================  ==========================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException

from graph.sandbox.faults import CallInterceptor, Fault

Given = dict[str, Any]
_WRONG: Final = (TypeError, ValueError, KeyError, AttributeError, TimeoutError)


class Controlled(Protocol):
    """What the control API needs of a sandbox."""

    interceptor: CallInterceptor

    def turn(self, seconds: float) -> None: ...
    def settle(self, seconds: float = ...) -> None: ...
    def end_sessions(self) -> None: ...
    def break_task(self, arn: str, code: str | None, detail: str = "") -> None: ...
    def set_pace(self, **changes: float) -> None: ...
    def role(  # noqa: PLR0913 - the parts of a role
        self,
        account: str,
        name: str,
        external_id: str | None = None,
        *,
        service: str | None = None,
        bucket: str | None = None,
        path: str = "/",
    ) -> str: ...
    def agent(
        self, account: str, name: str = ..., *, agent_id: str | None = ..., online: bool = ...
    ) -> str: ...
    def bucket(
        self, account: str, name: str, objects: Mapping[str, bytes] | None = None
    ) -> None: ...
    def access_point(
        self, account: str, name: str, bucket: str, vpc_id: str | None = None
    ) -> str: ...
    def put_files(
        self,
        uri: str,
        files: Mapping[str, str | Mapping[str, Any]] | None = None,
        secret: str | None = None,
    ) -> None: ...
    def files(self, uri: str) -> dict[str, dict[str, Any]]: ...
    def share(self, name: str, account: str, roles: str = ...) -> None: ...
    def state(self) -> dict[str, dict[str, list[str]]]: ...


class Control:
    """Turns requests into calls of the sandbox's methods."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox
        self._routes: dict[tuple[str, str], Callable[[Given], object]] = {
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): lambda _: sandbox.interceptor.forget_calls(),
            ("POST", "faults"): lambda given: sandbox.interceptor.add(Fault(**given)),
            ("DELETE", "faults"): lambda _: sandbox.interceptor.clear(),
            ("GET", "gate"): lambda given: sandbox.interceptor.wait_for_gate(float(given["s"])),
            ("DELETE", "gate"): lambda _: sandbox.interceptor.open_gate(),
            ("POST", "clock"): lambda given: sandbox.turn(float(given["turn"])),
            ("POST", "settle"): lambda given: sandbox.settle(**given),
            ("DELETE", "sessions"): lambda _: sandbox.end_sessions(),
            ("POST", "tasks"): lambda given: sandbox.break_task(**given),
            ("POST", "pace"): lambda given: sandbox.set_pace(**given),
            ("POST", "roles"): lambda given: sandbox.role(**given),
            ("POST", "agents"): lambda given: sandbox.agent(**given),
            ("POST", "buckets"): self._bucket,
            ("POST", "points"): lambda given: sandbox.access_point(**given),
            ("POST", "files"): lambda given: sandbox.put_files(**given),
            ("GET", "files"): lambda given: sandbox.files(given["uri"]),
            ("POST", "shares"): lambda given: sandbox.share(**given),
            ("GET", "state"): lambda _: sandbox.state(),
        }

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        route = self._routes.get((method, environ["PATH_INFO"].removeprefix("/_sandbox/")))
        if route is None:
            return _answer(start_response, "404 Not Found", {"error": "no such path"})
        try:
            result = route(_given(environ))
        except (*_WRONG, ServiceException) as error:
            return _answer(start_response, "400 Bad Request", {"error": str(error)})
        return _answer(start_response, "200 OK", result)

    def _calls(self, given: Given) -> object:
        interceptor = self._sandbox.interceptor
        return interceptor.calls() if given.get("list") else dict(interceptor.counts())

    def _bucket(self, given: Given) -> None:
        objects = {key: text.encode() for key, text in given.pop("objects", {}).items()}
        self._sandbox.bucket(objects=objects, **given)


def _given(environ: dict[str, Any]) -> Given:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if body:
        given: Given = json.loads(body)
        return given
    return {key: values[0] for key, values in parse_qs(environ["QUERY_STRING"]).items()}


def _answer(start_response: Callable[..., Any], status: str, result: object) -> Iterable[bytes]:
    body = json.dumps(result).encode()
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
