"""Which requests get the page, with which headers, and that all others are the API's."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx
import pytest

from graph.app import application
from graph.ide import Bundle
from graph.ide.bundle import File
from graph.sandbox import Sandbox
from tests.transport.test_accept import CHROME, FIREFOX
from tests.world import HEADERS, serving

FILE: Final = File(b"script", b"compressed", "text/javascript")
BUNDLE: Final = Bundle(b"<title>page</title>", MappingProxyType({"main-1.js": FILE}))
HTML: Final = {"Accept": CHROME, "X-Auth-Token": ""}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "read_bundle", lambda: BUNDLE)


@pytest.fixture
def not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "read_bundle", lambda: None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", [CHROME, FIREFOX])
@pytest.mark.usefixtures("built")
async def test_anyone_gets_the_page_in_a_browser(
    aws: Sandbox, tmp_path: Path, accept: str, method: str
) -> None:
    async with serving(tmp_path, ide=True) as client:
        answer = await client.request(method, "/graphql", headers=HTML | {"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert method == "HEAD" or answer.content == BUNDLE.page


@pytest.mark.usefixtures("built")
async def test_the_page_may_load_and_do_little(aws: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path, ide=True) as client:
        headers = (await client.get("/graphql", headers=HTML)).headers
    directives = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in directives["script-src"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.usefixtures("built")
async def test_a_browser_that_has_the_page_is_told_so(aws: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path, ide=True) as client:
        first = await client.get("/graphql", headers=HTML)
        assert first.headers["cache-control"] == "no-cache"
        again = await client.get(
            "/graphql", headers=HTML | {"If-None-Match": first.headers["etag"]}
        )
        other = await client.get("/graphql", headers=HTML | {"If-None-Match": '"other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert other.status_code == 200


OF_THE_API: Final = {
    "a POST": ("POST", "", HTML["Accept"]),
    "a query": ("GET", "?query={__typename}", HTML["Accept"]),
    "another parameter": ("GET", "?documentId=x", HTML["Accept"]),
    "JSON": ("GET", "", "application/json"),
    "JSON first": ("GET", "", "application/json, text/html"),
    "anything": ("GET", "", "*/*"),
    "a stream": ("GET", "", "text/event-stream"),
    "another method": ("PUT", "", HTML["Accept"]),
    "OPTIONS": ("OPTIONS", "", HTML["Accept"]),
}


@pytest.mark.usefixtures("built")
async def test_every_other_request_is_answered_as_without_the_ide(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with (
        serving(tmp_path / "with", ide=True) as one,
        serving(tmp_path / "without") as other,
    ):
        for what, (method, parameters, accept) in OF_THE_API.items():
            headers = HEADERS | {"Accept": accept}
            answer, expected = [
                await client.request(method, f"/graphql{parameters}", headers=headers)
                for client in (one, other)
            ]
            assert answer.status_code == expected.status_code, what
            assert answer.headers.keys() == expected.headers.keys(), what
            assert answer.headers["content-type"] == expected.headers["content-type"], what


@pytest.mark.usefixtures("built")
async def test_there_is_no_page_unless_the_setting_is_on(aws: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        page = await client.get("/graphql", headers=HEADERS | {"Accept": "text/html"})
        file = await client.get("/graphql/ide/main-1.js")
    assert (page.status_code, file.status_code) == (406, 404)


@pytest.mark.usefixtures("not_built")
async def test_a_server_without_the_files_says_how_to_build_them(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path, ide=True) as client:
        answer = await client.get("/graphql", headers=HTML)
        query = await client.post("/graphql", json={"query": "{ __typename }"})
        file = await client.get("/graphql/ide/main-1.js")
    assert answer.status_code == 200
    assert "scripts/ide" in answer.text
    assert (Path(__file__).parents[2] / "scripts" / "ide").exists()
    assert (query.status_code, file.status_code) == (200, 404)


@pytest.mark.parametrize(
    ("accepted", "content"), [("gzip, br", FILE.compressed), ("identity", FILE.content)]
)
@pytest.mark.usefixtures("built")
async def test_files_are_served_for_ever_and_compressed(
    aws: Sandbox, tmp_path: Path, accepted: str, content: bytes
) -> None:
    async with serving(tmp_path, ide=True) as client:
        headers = {"Accept-Encoding": accepted, "X-Auth-Token": ""}
        async with client.stream("GET", "/graphql/ide/main-1.js", headers=headers) as answer:
            received = b"".join([part async for part in answer.aiter_raw()])
    assert received == content
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get("content-encoding", "identity") == accepted.partition(",")[0]


@pytest.mark.parametrize(
    ("method", "name", "status"),
    [
        ("HEAD", "main-1.js", 200),
        ("POST", "main-1.js", 405),
        ("GET", "other.js", 404),
    ],
)
@pytest.mark.usefixtures("built")
async def test_nothing_but_the_files_can_be_read(
    aws: Sandbox, tmp_path: Path, method: str, name: str, status: int
) -> None:
    async with serving(tmp_path, ide=True) as client:
        answer: httpx.Response = await client.request(method, f"/graphql/ide/{name}")
    assert answer.status_code == status
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)
