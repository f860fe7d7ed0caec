"""The border as WSGI: in front of moto, on the same port."""

from __future__ import annotations

import io
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

from moto.iam.models import get_account_id_from

from graph.sandbox.faults import Border, Call, Fault

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_SCOPE: Final = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/aws4_request")
_XML: Final = {"iam", "sts"}
_SERVICES: Final = {"tagging": "resourcegroupstaggingapi"}
"""Names in signatures that are not the SDK's names of the services."""


class Front:
    """Counts, lets go wrong what has to, and hands the rest to moto or to the control surface."""

    def __init__(self, moto: App, border: Border, control: App) -> None:
        self._moto, self._border, self._control = moto, border, control

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            return self._control(environ, start_response)
        call = _call(environ)
        fault = self._border.arrives(call)
        if fault is None:
            return self._moto(environ, start_response)
        return self._wrong(fault, call, environ, start_response)

    def _wrong(
        self, fault: Fault, call: Call, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if fault.kind in ("throttle", "error"):
            return _refusal(fault.kind, call, start_response)
        if fault.kind == "unsent":
            return _hang_up(environ)
        if fault.kind == "gate":
            self._border.stand(call)
        if fault.kind == "slow":
            threading.Event().wait(fault.seconds)
        answer = self._moto(environ, start_response)
        if fault.kind == "lost":
            return _hang_up(environ)
        if fault.kind == "gate-after":
            self._border.stand(call)
        return answer


def _call(environ: Environ) -> Call:
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if match is None:
        return Call("unsigned", str(environ["REQUEST_METHOD"]), "")
    service = _SERVICES.get(match[2], match[2])
    return Call(service, _operation(service, environ), str(get_account_id_from(match[1])))


def _operation(service: str, environ: Environ) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return str(target).rpartition(".")[2]
    if service in _XML:
        body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return parse_qs(body.decode()).get("Action", ["Unknown"])[0]
    return str(environ["REQUEST_METHOD"])


def _refusal(kind: str, call: Call, start_response: StartResponse) -> Iterable[bytes]:
    """In the shape of the service, so that the SDK recognises it."""
    throttled = kind == "throttle"
    text = "Rate exceeded" if throttled else "An internal error occurred."
    if call.service in _XML:
        code = "Throttling" if throttled else "ServiceFailure"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{text}</Message></Error></ErrorResponse>"
        ).encode()
        media = "text/xml"
    else:
        code = "ThrottlingException" if throttled else "InternalException"
        body = json.dumps({"__type": code, "message": text}).encode()
        media = "application/x-amz-json-1.1"
    status = "400 Bad Request" if throttled else "500 Internal Server Error"
    start_response(
        status,
        [
            ("Content-Type", media),
            ("Content-Length", str(len(body))),
            ("x-amzn-errortype", code),
        ],
    )
    return [body]


def _hang_up(environ: Environ) -> Iterable[bytes]:
    """Breaks the connection. What werkzeug then still writes goes nowhere."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
