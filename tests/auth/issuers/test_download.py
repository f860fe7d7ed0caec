"""Fetching keys from an identity provider that answers anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from graph.auth.issuers import download
from graph.auth.issuers.download import DISCOVERY, Unavailable, fetch_keys, is_secure
from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.key_set import MOST_BYTES
from tests.auth.issuers.provider import issuer, key_set


class Provider:
    """Has an address of its own; by path, what it answers."""

    def __init__(self) -> None:
        self.answers: dict[str, web.Response | None] = {}
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        answer = self.answers.get(request.path, web.Response(status=404))
        if answer is None:
            await asyncio.Event().wait()
        assert answer is not None
        return answer

    @property
    def issuer(self) -> Issuer:
        return replace(issuer(), url=f"{self.url}/realm", keys=None)

    def discovery(self, **changes: str) -> web.Response:
        usual = {"issuer": f"{self.url}/realm", "jwks_uri": f"{self.url}/keys"}
        return web.Response(text=json.dumps(usual | changes))


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        made.answers[f"/realm{DISCOVERY}"] = made.discovery()
        made.answers["/keys"] = web.Response(text=key_set())
        yield made


async def test_keys_are_where_the_discovery_document_says(provider: Provider) -> None:
    found = await fetch_keys(provider.issuer)
    assert found.find("ec", "ES256") is not None
    assert provider.asked == [f"/realm{DISCOVERY}", "/keys"]


async def test_a_configured_address_needs_no_discovery(provider: Provider) -> None:
    await fetch_keys(replace(provider.issuer, jwks_url=f"{provider.url}/keys"))
    assert provider.asked == ["/keys"]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (web.Response(status=503), "status 503"),
        (web.Response(status=302, headers={"Location": "/other"}), "status 302"),
        (web.Response(text="<html>"), "not JSON"),
        (web.Response(body=b"x" * (MOST_BYTES + 1)), "more than 262144 bytes"),
        (web.Response(text='{"keys": []}'), "no key can verify"),
        (web.Response(body=b"\xff\xfe\xfd"), "not JSON"),
    ],
)
async def test_an_answer_that_is_no_key_set_is_reported(
    provider: Provider, keys: web.Response, sentence: str
) -> None:
    provider.answers["/keys"] = keys
    with pytest.raises(Unavailable, match=sentence):
        await fetch_keys(provider.issuer)
    assert "/other" not in provider.asked


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"issuer": "https://evil.example"}, "another issuer"),
        ({"jwks_uri": "http://evil.example/keys"}, "no address of keys"),
        ({"jwks_uri": "file:///etc/passwd"}, "no address of keys"),
    ],
)
async def test_a_discovery_document_is_believed_only_in_part(
    provider: Provider, changes: dict[str, str], sentence: str
) -> None:
    provider.answers[f"/realm{DISCOVERY}"] = provider.discovery(**changes)
    with pytest.raises(Unavailable, match=sentence):
        await fetch_keys(provider.issuer)
    assert provider.asked == [f"/realm{DISCOVERY}"]


@pytest.mark.parametrize("text", ["[]", "no", "[" * 100_000])
async def test_a_discovery_document_that_is_none_is_reported(provider: Provider, text: str) -> None:
    provider.answers[f"/realm{DISCOVERY}"] = web.Response(text=text)
    with pytest.raises(Unavailable, match="discovery document"):
        await fetch_keys(provider.issuer)


async def test_a_silent_provider_is_given_up(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SECONDS", 0.05)
    provider.answers["/keys"] = None
    with pytest.raises(Unavailable, match="TimeoutError"):
        await fetch_keys(provider.issuer)


async def test_a_provider_that_is_gone_is_reported(unused_tcp_port: int) -> None:
    gone = f"http://127.0.0.1:{unused_tcp_port}/keys"
    with pytest.raises(Unavailable, match="Connect"):
        await fetch_keys(replace(issuer(), keys=None, jwks_url=gone))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://idp.example.org/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://[::1]/keys", True),
        ("http://localhost/keys", True),
        ("http://idp.example.org/keys", False),
        ("http://127.0.0.1.evil.example/keys", False),
        ("https://", False),
        ("http://[", False),
        ("ftp://127.0.0.1/keys", False),
        ("urn:issuer", False),
    ],
)
def test_only_https_and_this_machine_are_trusted(url: str, *, expected: bool) -> None:
    assert is_secure(url) is expected
