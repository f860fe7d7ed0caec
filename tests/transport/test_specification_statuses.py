"""GraphQL over HTTP, September 2026: one test per requirement on statuses.

The docstrings are the table of ``docs/graphql-over-http.md``: a level, and the requirement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.transport import small
from tests.transport.specification import HELLO, JSON, NEW, Http, post, raw


async def test_h22_data_without_errors_is_200(client: Http) -> None:
    """MUST: answer with 2xx if there is data; it SHOULD be 200 if there are no errors."""
    response = await post(client)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "x"}})


@pytest.mark.parametrize("query", ["{", "{ nope }", "", "query A { hello } query B { hello }"])
async def test_h23_without_data_the_status_is_an_error(client: Http, query: str) -> None:
    """MUST: answer with 4xx or 5xx if there is no entry for data."""
    response = await post(client, {"query": query})
    assert "data" not in response.json()
    assert 400 <= response.status_code < 600


async def test_h24_nothing_is_executed_after_a_request_error(client: Http) -> None:
    """SHOULD NOT: execute a request that was found to be invalid."""
    small.changes.clear()
    for body in (
        {"query": "mutation { changeSlowly nope }"},
        {"query": "mutation A { changeSlowly } mutation B { changeSlowly }"},
        {"query": "mutation($a: Int!) { changeSlowly @include(if: true) x: change @skip(if: $a) }"},
    ):
        assert (await post(client, body)).status_code == 422
    assert small.changes == []


@pytest.mark.parametrize("query", ["{", "{ nope }", "query($a: Int!) { hello(first: $a) }"])
async def test_h25_request_errors_have_no_entry_for_data(client: Http, query: str) -> None:
    """MUST: leave `data` out if the request was not executed."""
    for accept in (NEW, JSON):
        assert list((await post(client, {"query": query}, accept=accept)).json()) == ["errors"]


@pytest.mark.parametrize("query", ["{ coded hello }", "{ broken }", "{ never }"])
async def test_h26_data_and_errors_are_294(client: Http, query: str) -> None:
    """SHOULD: answer with 294 if there are both data, null included, and errors."""
    response = await post(client, {"query": query})
    assert response.status_code == 294
    assert list(response.json()) == ["data", "errors"]


async def test_h27_other_methods_are_405(client: Http) -> None:
    """SHOULD: answer other methods with 405."""
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/")).status_code == 405


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        f"{JSON}; charset=latin-1",
    ],
)
async def test_h28_other_types_of_content_are_415(client: Http, kind: str) -> None:
    """SHOULD: answer with 415 if the media type of the body is not supported."""
    assert (await post(client, content_type=kind)).status_code == 415


@pytest.mark.parametrize("accept", ["image/png", f"{JSON};q=0", "*/*;q=0"])
async def test_h29_what_cannot_be_accepted_is_406(client: Http, accept: str) -> None:
    """SHOULD: answer with 406 if no supported media type is accepted."""
    assert (await post(client, accept=accept)).status_code == 406


async def test_h30_a_request_that_does_not_arrive_is_408(address: str) -> None:
    """SHOULD: answer with 408 if the request does not arrive in time."""
    head = b"POST / HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 19\r\n"
    assert raw(address, head + b'\r\n{"query":').startswith(b"HTTP/1.1 408 ")


async def test_h31_a_long_url_is_414(address: str) -> None:
    """SHOULD: answer with 414 if the URL is too long."""
    request = b"GET /?query=" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: t\r\n\r\n"
    assert raw(address, request).startswith(b"HTTP/1.1 414 ")


async def test_h32_large_headers_are_431(address: str) -> None:
    """SHOULD: answer with 431 if the headers are too large."""
    request = b"GET / HTTP/1.1\r\nHost: t\r\nX: " + b"x" * 80_000 + b"\r\n\r\n"
    assert raw(address, request).startswith(b"HTTP/1.1 431 ")


async def test_h33_a_large_body_is_413_however_it_is_sent(client: Http) -> None:
    """SHOULD: answer with 413 if the body is too large, whatever `Content-Length` says."""
    large = b" " * 100_001

    async def chunks() -> AsyncIterator[bytes]:
        yield large

    for content in (large, chunks()):
        response = await client.post("/", content=content, headers={"Content-Type": JSON})
        assert response.status_code == 413


@pytest.mark.parametrize("body", [b"NONSENSE", b'{"query":', b'{"query": "\xff"}', b""])
@pytest.mark.parametrize("accept", [NEW, JSON])
async def test_h34_what_is_not_json_is_400(client: Http, body: bytes, accept: str) -> None:
    """SHOULD: answer with 400 if the body is not JSON."""
    assert (await post(client, body, accept=accept)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"qeury": "{ hello }"},
        {"query": 7},
        {"query": None},
        {**HELLO, "variables": [7]},
        {**HELLO, "extensions": "x"},
        {**HELLO, "operationName": 7},
        [HELLO],
        [],
        1,
        "x",
        None,
    ],
)
async def test_h35_what_is_not_well_formed_is_422(client: Http, body: Any) -> None:
    """SHOULD: answer with 422 if the JSON is not a well-formed request."""
    assert (await post(client, body)).status_code == 422
    assert (await post(client, body, accept=JSON)).status_code == 400


@pytest.mark.parametrize("query", ["{", "{ hello", "\\", "{ hello } }", "query"])
async def test_h36_what_does_not_parse_is_400(client: Http, query: str) -> None:
    """SHOULD: answer with 400 if the document does not parse."""
    assert (await post(client, {"query": query})).status_code == 400


async def test_h37_what_does_not_validate_is_422(client: Http) -> None:
    """SHOULD: answer with 422 if the document does not validate."""
    assert (await post(client, {"query": "{ nope }"})).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"query": "query A { hello } query B { hello }"},
        {"query": "query A { hello }", "operationName": "B"},
        {"query": "fragment F on Query { hello }"},
    ],
)
async def test_h38_an_operation_that_cannot_be_chosen_is_422(
    client: Http, body: dict[str, str]
) -> None:
    """SHOULD: answer with 422 if the operation cannot be determined."""
    assert (await post(client, body)).status_code == 422


@pytest.mark.parametrize("variables", [{}, {"n": None}, {"n": "x"}, {"n": [1, 2]}])
async def test_h39_variables_that_cannot_be_converted_are_422(
    client: Http, variables: dict[str, Any]
) -> None:
    """SHOULD: answer with 422 if the variables do not match their types."""
    query = "query($n: Int!) { hello(first: $n) }"
    assert (await post(client, {"query": query, "variables": variables})).status_code == 422


async def test_h40_a_caller_without_permission_is_401_or_403(client: Http) -> None:
    """SHOULD: answer with 401, 403 or similar if the client is not permitted."""
    assert (await post(client, x_token="UNAUTHENTICATED")).status_code == 401
    assert (await post(client, x_token="FORBIDDEN")).status_code == 403


async def test_h41_a_busy_server_says_when_to_retry(client: Http) -> None:
    """SHOULD: answer with 503 if the server cannot serve the request now."""
    response = await post(client, x_token="BUSY")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
