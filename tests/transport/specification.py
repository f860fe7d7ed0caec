"""Requests for the tests of GraphQL over HTTP, September 2026."""

from __future__ import annotations

import json
import socket
from typing import Any, Final
from urllib.parse import urlencode

import httpx

NEW: Final = "application/graphql-response+json"
JSON: Final = "application/json"
HELLO: Final = {"query": "{ hello }"}

Http = httpx.AsyncClient


async def post(http: Http, body: Any = HELLO, **headers: str) -> httpx.Response:
    given = {"content-type": JSON}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post("/", content=content, headers=given)


async def get(http: Http, parameters: dict[str, str], **headers: str) -> httpx.Response:
    return await http.get(f"/?{urlencode(parameters)}", headers=headers)


def raw(address: str, request: bytes) -> bytes:
    """What the server sends in return for these bytes, until it closes the connection."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(request)
        received = b""
        while data := connection.recv(65_536):
            received += data
    return received


def is_graphql(response: httpx.Response) -> bool:
    """Whether the body is a well-formed GraphQL response."""
    answer = response.json()
    return isinstance(answer, dict) and ("data" in answer or bool(answer["errors"]))
