"""Every response may neither be sniffed nor stored, and HSTS is a setting."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.world import HEADERS, LAB, serving

REQUESTS = [
    ("POST", "/graphql"),
    ("GET", "/graphql"),
    ("OPTIONS", "/graphql"),
    ("GET", f"/v1/datasync/{LAB}/movers"),
    ("OPTIONS", f"/v1/datasync/{LAB}/movers"),
    ("DELETE", f"/v1/datasync/{LAB}/movers/g/none"),
    ("GET", "/v1/datasync/openapi.json"),
    ("GET", "/v1/datasync/ping"),
    ("GET", "/v1/datasync/version"),
    ("GET", "/v1/datasync/metrics"),
    ("GET", "/v1//datasync/ping"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/nowhere"),
]


@pytest.mark.parametrize("origins", ["", "https://example.org"])
async def test_every_response_has_them(aws: Sandbox, tmp_path: Path, origins: str) -> None:
    changes = {"cors_origins": origins} if origins else {}
    async with serving(tmp_path, hsts_seconds=60, **changes) as client:
        for method, path in REQUESTS:
            for headers in (HEADERS, {"X-Auth-Token": "wrong"}):
                answer = await client.request(method, path, headers=headers)
                found = answer.headers
                assert found["X-Content-Type-Options"] == "nosniff", (method, path)
                assert "no-store" in found["Cache-Control"], (method, path)
                assert found["Strict-Transport-Security"] == "max-age=60", (method, path)


async def test_a_stream_has_them(aws: Sandbox, tmp_path: Path) -> None:
    accept = {"Accept": "text/event-stream"}
    async with serving(tmp_path) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=accept)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.timeout(150)
async def test_a_request_that_is_rejected_unread_cannot_be_sniffed(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with Server(aws, tmp_path) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/9.9\r\n\r\n")
        async with asyncio.timeout(20):
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert b"x-content-type-options: nosniff" in head.lower()
