"""WSGI middleware in front of moto: records calls, injects faults, serves the control API."""

from __future__ import annotations

import io
import json
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from moto.iam.models import get_account_id_from

from graph.sandbox.bucket_owners import as_s3, is_owner
from graph.sandbox.faults import Call, CallInterceptor, Fault
from graph.sandbox.roles import ended

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_SCOPE: Final = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/aws4_request")
_QUERY: Final = {"ec2", "iam", "sts"}
_XML: Final = _QUERY | {"s3", "s3control"}
_CONTROL: Final = "/v20180820/"
"""What the paths of S3 Control begin with, whose calls are signed as those of S3."""
_ROLE: Final = re.compile(r"arn:[^:]+:iam::(\d{12}):role/")
_PAGE: Final = b"<html><body><h1>Sign in</h1></body></html>"
_SERVICES: Final = {"tagging": "resourcegroupstaggingapi"}
"""Services whose name in signatures differs from the SDK's."""


class SandboxMiddleware:
    """Records calls, fails those with a fault, and passes the rest to moto or the control API."""

    def __init__(self, moto: App, interceptor: CallInterceptor, control: App) -> None:
        self._moto, self._interceptor, self._control = moto, interceptor, control

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            return self._control(environ, start_response)
        key, call = _call(environ)
        fault = self._interceptor.arrives(call)
        if call.service == "s3":
            start_response = as_s3(start_response)
        if ended(key):
            return _refusal("expired", call, start_response)
        if call.service == "s3" and not is_owner(environ):
            return _refusal("denied", call, start_response)
        try:
            if fault is None:
                return self._moto(environ, start_response)
            return self._wrong(fault, call, environ, start_response)
        except NotImplementedError:  # how moto reports what it does not implement
            return _refusal("unknown", call, start_response)

    def _wrong(
        self, fault: Fault, call: Call, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if fault.kind in _REFUSALS:
            return _refusal(fault.kind, call, start_response)
        if fault.kind == "page":
            start_response("200 OK", [("Content-Type", "text/html")])
            return [_PAGE]
        if fault.kind == "unsent":
            return _hang_up(environ)
        if fault.kind == "gate":
            self._interceptor.stand(call)
        if fault.kind == "slow":
            self._interceptor.pause(fault.seconds)
        answer = self._moto(environ, start_response)
        if fault.kind == "lost":
            return _hang_up(environ)
        if fault.kind == "gate-after":
            self._interceptor.stand(call)
        return answer


def _call(environ: Environ) -> tuple[str, Call]:
    """The access key of a request, and the call that it makes."""
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if match is None:
        return "", Call("unsigned", str(environ["REQUEST_METHOD"]), "")
    service = _SERVICES.get(match[2], match[2])
    if environ["PATH_INFO"].startswith(_CONTROL):
        service = "s3control"
    given = _given(environ) if service in _QUERY else {}
    assumed = _ROLE.match(given.get("RoleArn", "")) if service == "sts" else None
    account = assumed[1] if assumed else str(get_account_id_from(match[1]))
    return match[1], Call(service, _operation(environ, given), account)


def _operation(environ: Environ, given: dict[str, str]) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return str(target).rpartition(".")[2]
    return given.get("Action", str(environ["REQUEST_METHOD"]))


def _given(environ: Environ) -> dict[str, str]:
    """The parameters of a call to a service with form-encoded requests."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


class Refusal(NamedTuple):
    in_json: str
    """The error code of services with JSON protocols."""
    in_xml: str
    text: str
    status: str = "400 Bad Request"
    status_in_xml: str = "403 Forbidden"


_AROUND: Final = {"s3": "{}", "ec2": "<Response><Errors>{}</Errors></Response>"}
"""What errors are in, by service."""
_REFUSALS: Final = {
    "throttle": Refusal(
        "ThrottlingException", "Throttling", "Rate exceeded", status_in_xml="400 Bad Request"
    ),
    "error": Refusal(
        "InternalException",
        "ServiceFailure",
        "An internal error occurred.",
        *("500 Internal Server Error",) * 2,
    ),
    "unknown": Refusal(
        "UnknownOperationException", "InvalidAction", "The sandbox does not know this operation."
    ),
    "denied": Refusal(
        "AccessDeniedException",
        "AccessDenied",
        "User is not authorized to perform this action: no session policy allows it",
    ),
    "expired": Refusal(
        "ExpiredTokenException",
        "ExpiredToken",
        "The security token included in the request is expired",
    ),
}
"""The error of each kind of fault."""


def _refusal(kind: str, call: Call, start_response: StartResponse) -> Iterable[bytes]:
    """An error in the format of the service, so that the SDK recognises it."""
    refusal = _REFUSALS[kind]
    if call.service in _XML:
        code, status, media = refusal.in_xml, refusal.status_in_xml, "text/xml"
        error = f"<Error><Code>{code}</Code><Message>{refusal.text}</Message></Error>"
        body = _AROUND.get(call.service, "<ErrorResponse>{}</ErrorResponse>").format(error).encode()
    else:
        code, status, media = refusal.in_json, refusal.status, "application/x-amz-json-1.1"
        body = json.dumps({"__type": code, "message": refusal.text}).encode()
    if call.operation == "HEAD":
        body = b""  # else the connection could not be used again
    headers = [
        ("Content-Type", media),
        ("Content-Length", str(len(body))),
        ("x-amzn-errortype", code),
    ]
    start_response(status, headers)
    return [body]


def _hang_up(environ: Environ) -> Iterable[bytes]:
    """Breaks the connection; whatever werkzeug still writes is lost."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
