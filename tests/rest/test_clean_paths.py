"""Unclean paths lead where the original's router led them, and never to another host."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.sandbox import Sandbox
from rest_compat.clean_paths import cleaned
from tests.world import LAB, furnish, serving

CLEANED = {
    "//ping": "/ping",
    "/v1/datasync//ping": "/v1/datasync/ping",
    "/v1/datasync/x/../ping": "/v1/datasync/ping",
    "/v1/./datasync/ping": "/v1/datasync/ping",
    "/v1/datasync/ping/.": "/v1/datasync/ping",
    "/v1/datasync/222222222222/movers/..": "/v1/datasync/222222222222",
    "//evil.example/../..//": "/",
    "/a//b/": "/a/b/",
    "/../../etc": "/etc",
    "": "/",
}


@pytest.mark.parametrize(("path", "clean"), CLEANED.items())
def test_a_path_is_cleaned_as_go_cleans_it(path: str, clean: str) -> None:
    assert cleaned(path) == clean


@given(st.lists(st.sampled_from(["", ".", "..", "a", "b c", "...", "é"])).map("/".join))
def test_a_clean_path_is_absolute_and_stays_clean(path: str) -> None:
    clean = cleaned(path)
    assert clean.startswith("/")
    assert not clean.startswith("//")
    assert not {".", ".."} & set(clean.split("/"))
    assert cleaned(clean) == clean


async def test_only_reads_are_redirected_and_the_query_is_kept(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        for method in ("GET", "HEAD"):
            answer = await asked(client, method, "/v1/datasync//flywheel?task=a%2Fb&task=c")
            assert (answer.status_code, answer.content) == (301, b"")
            assert answer.headers["Location"] == "/v1/datasync/flywheel?task=a%2Fb&task=c"
            assert answer.headers["X-Request-Id"]
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = await asked(client, method, f"/v1/datasync/{LAB}/movers//g")
            assert (answer.status_code, answer.text) == (404, "404 page not found\n")
        del client.headers["X-Auth-Token"]
        assert (await asked(client, "GET", "/v1/datasync//ping")).status_code == 301
        assert (await asked(client, "PUT", "/v1/datasync//ping")).status_code == 403


@pytest.mark.parametrize("path", ["//evil.example", "/%0d%0aX-Evil:1/..//", "/%2F%2Fevil.example/"])
async def test_a_redirect_stays_on_this_host(aws: Sandbox, tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as client:
        location = (await asked(client, "GET", path)).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith("//")
    assert location.isprintable()
    assert "X-Evil:1" not in location


async def asked(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    """Sends the slashes of a path as they are."""
    raw = path.encode()
    request = client.build_request(method, "http://test/")
    request.url = request.url.copy_with(raw_path=raw)
    return await client.send(request, follow_redirects=False)
