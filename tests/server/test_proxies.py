"""The client's address comes from trusted proxies, and from nobody else."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from graph.model.networks import read_network
from graph.sandbox import Sandbox
from graph.server.proxies import ProxiedClients
from tests.world import LAB, ask, serving

TRUSTED = tuple(map(read_network, ("10.0.0.0/8", "fd00::/64", "::1")))
PROXY = ("10.0.0.1", 4711)


async def client_of(peer: Any, *headers: str, trusted: Any = TRUSTED, kind: str = "http") -> Any:
    """The client that the application sees."""
    seen: list[Any] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope.get("client"))

    scope: Scope = {"type": kind, "client": peer, "headers": [(b"accept", b"10.9.9.9")]}
    scope["headers"] += [(b"x-forwarded-for", header.encode("latin-1")) for header in headers]

    async def unused(*_given: Any) -> Any:
        raise AssertionError

    await ProxiedClients(app, trusted)(scope, unused, unused)
    return seen[0]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([], PROXY),
        (["198.51.100.7"], ("198.51.100.7", 4711)),
        (["198.51.100.7:80"], ("198.51.100.7", 80)),
        (["2001:db8::7"], ("2001:db8::7", 4711)),
        (["[2001:db8::7]:443"], ("2001:db8::7", 443)),
        (["::ffff:198.51.100.7"], ("198.51.100.7", 4711)),
        (["198.51.100.7, 10.0.0.2,10.0.0.3"], ("198.51.100.7", 4711)),
        (["198.51.100.7, fd00::2", "10.0.0.3"], ("198.51.100.7", 4711)),
        (["10.0.0.4, 10.0.0.2"], ("10.0.0.4", 4711)),
    ],
)
async def test_it_is_the_last_that_is_no_proxy(headers: list[str], client: Any, kind: str) -> None:
    assert await client_of(PROXY, *headers, kind=kind) == client


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        (["192.0.2.66, 198.51.100.7"], ("198.51.100.7", 4711)),
        (["10.0.0.66, 198.51.100.7"], ("198.51.100.7", 4711)),
        (["192.0.2.66", "198.51.100.7"], ("198.51.100.7", 4711)),
        (["192.0.2.66", "198.51.100.7", "10.0.0.2"], ("198.51.100.7", 4711)),
        (["192.0.2.66, unknown"], PROXY),
        (["192.0.2.66, unknown, 10.0.0.2"], ("10.0.0.2", 4711)),
        (["192.0.2.66,"], PROXY),
        (["192.0.2.66, \x00\xff"], PROXY),
        (["for=192.0.2.66"], PROXY),
        (["192.0.2.66, 198.51.100.7" + ", 10.0.0.2" * 31], ("198.51.100.7", 4711)),
        (["192.0.2.66" + ", 10.0.0.2" * 5_000], ("10.0.0.2", 4711)),
    ],
)
async def test_what_a_client_writes_itself_is_not_believed(headers: list[str], client: Any) -> None:
    assert await client_of(PROXY, *headers) == client


@pytest.mark.parametrize(
    "peer", [("198.51.100.9", 1), ("2001:db8::9", 1), ("11.0.0.1", 1), ("", 0), ("/run/x", 0)]
)
async def test_other_peers_are_not_believed(peer: Any) -> None:
    assert await client_of(peer, "192.0.2.66") == peer


async def test_a_connection_without_an_address_has_none() -> None:
    assert await client_of(None, "192.0.2.66") is None


async def test_nobody_is_trusted_by_default() -> None:
    for peer in (PROXY, ("127.0.0.1", 1), ("::1", 1)):
        assert await client_of(peer, "192.0.2.66", trusted=()) == peer


async def test_an_ipv4_proxy_is_known_on_a_socket_of_ipv6() -> None:
    assert await client_of(("::ffff:10.0.0.1", 1), "192.0.2.66") == ("192.0.2.66", 1)


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=80), max_size=5))
async def test_no_header_breaks_it(headers: list[str]) -> None:
    host, port = await client_of(PROXY, *headers)
    assert host
    assert 0 <= port <= 65_535


async def test_the_log_and_the_audit_trail_name_the_client(
    aws: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    query = "{ audit(filter: {action: DELETE_MOVER}, first: 1) { nodes { peer } } }"
    forwarded = {"X-Forwarded-For": "192.0.2.66, 198.51.100.7, 10.0.0.2"}
    async with serving(tmp_path, trusted_proxies="127.0.0.1, 10.0.0.0/8") as client:
        wrong = {"X-Auth-Token": "wrong"}
        await client.get("/v1/datasync/x", headers=wrong | forwarded)
        await client.delete(f"/v1/datasync/{LAB}/movers/g/none", headers=forwarded)
        found = await ask(client, query)
    assert "peer=198.51.100.7" in caplog.text
    assert "192.0.2.66" not in caplog.text
    assert found["audit"]["nodes"] == [{"peer": "198.51.100.7"}]
