"""GraphQL over HTTP, September 2026: one test per requirement on requests.

The docstrings are the table of ``docs/graphql-over-http.md``: a level, and the requirement.
"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from graph.transport.parameters import read_parameters
from tests.transport import small
from tests.transport.specification import HELLO, JSON, NEW, Http, get, is_graphql, post, raw


async def test_h1_post_with_json_is_served_in_the_media_type_of_graphql(client: Http) -> None:
    """MUST: serve a schema at a URL, accept POST with JSON, and support the media type."""
    response = await post(client, {"query": "{ __typename }"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(NEW)
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("code", "status"), [("UNAUTHENTICATED", 401), ("FORBIDDEN", 403), ("THROTTLED", 429)]
)
async def test_h2_the_http_layer_rejects_with_a_fitting_status(
    client: Http, code: str, status: int
) -> None:
    """SHOULD: reject requests outside of GraphQL with a fitting 4xx or 5xx."""
    assert (await post(client, x_token=code)).status_code == status


async def test_h3_one_failing_field_does_not_reject_the_others(client: Http) -> None:
    """SHOULD NOT: reject a well-formed request by the HTTP layer because of its contents."""
    answer = (await post(client, {"query": "{ coded hello }"})).json()
    assert answer["data"] == {"coded": None, "hello": "x"}


async def test_h4_without_a_charset_a_body_is_utf_8(client: Http) -> None:
    """MUST: treat a body without a charset as UTF-8."""
    text = '{"query": "{ hello } # \u00e9"}'
    assert (await post(client, text.encode())).status_code == 200
    assert (await post(client, text.encode("latin-1"))).status_code == 400


async def test_h5_the_parameters_of_get_are_in_the_url(client: Http) -> None:
    """MUST: read the parameters of GET from the URL, form-encoded."""
    parameters = {"query": "query A($n: Int) { hello(first: $n) }", "variables": '{"n": 2}'}
    assert (await get(client, parameters)).json() == {"data": {"hello": "xx"}}


@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_h6_objects_in_a_url_are_json(client: Http, name: str) -> None:
    """MUST: parse `variables` and `extensions` of GET as JSON, and `operationName` as text."""
    assert (await get(client, {**HELLO, name: "{"})).status_code == 400
    named = {"query": "query null { hello }", "operationName": "null"}
    assert (await get(client, named)).status_code == 200


@pytest.mark.parametrize(
    "empty",
    [
        ["operationName"],
        ["variables"],
        ["extensions"],
        ["operationName", "variables", "extensions"],
    ],
)
async def test_h7_an_empty_parameter_of_get_equals_an_absent_one(
    client: Http, empty: list[str]
) -> None:
    """MUST: treat an empty optional parameter of GET as absent."""
    assert (await get(client, HELLO | dict.fromkeys(empty, ""))).status_code == 200


@pytest.mark.parametrize("accept", [NEW, JSON, "text/event-stream"])
async def test_h8_get_does_not_execute_mutations(client: Http, accept: str) -> None:
    """MUST: reject a mutation by GET, for which 405 is recommended, without executing it."""
    query = "query Q { hello } mutation M { changeSlowly }"
    small.changes.clear()
    refused = await get(client, {"query": query, "operationName": "M"}, Accept=accept)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert small.changes == []
    allowed = await get(client, {"query": query, "operationName": "Q"}, Accept=accept)
    assert allowed.status_code == 200


async def test_h9_405_names_the_methods_that_are_allowed(client: Http) -> None:
    """MUST (RFC 9110): send `Allow` with every 405."""
    for method in ("PUT", "PATCH", "DELETE"):
        response = await client.request(method, "/")
        assert response.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("kind", [JSON, f"{JSON}; charset=utf-8", f'{JSON};charset="UTF-8"'])
async def test_h10_post_accepts_json_in_utf_8(client: Http, kind: str) -> None:
    """MUST: accept POST with JSON in UTF-8, with or without a charset."""
    assert (await post(client, content_type=kind)).status_code == 200


async def test_h11_post_without_a_content_type_is_rejected(address: str) -> None:
    """SHOULD: reject POST without `Content-Type` with a 4xx."""
    head = b"POST / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 19\r\n\r\n"
    assert raw(address, head + b'{"query":"{hello}"}').startswith(b"HTTP/1.1 415 ")


async def test_h12_unknown_members_are_ignored(client: Http) -> None:
    """MUST: ignore members of the request that it does not know."""
    assert (await post(client, {**HELLO, "foo": 1})).json() == {"data": {"hello": "x"}}


async def test_h13_additions_to_a_request_are_in_its_extensions(client: Http) -> None:
    """MUST NOT: add members of the server's own to the request."""
    asked = {**HELLO, "documentId": None, "extensions": {"cost": True}}
    assert "cost" in (await post(client, asked)).json()["extensions"]

    class Noted(dict[str, object]):
        def get(self, name: str, *default: object) -> object:
            seen.add(name)
            return super().get(name, *default)

    seen: set[str] = set()
    read_parameters(Noted(asked))
    assert seen == {"query", "operationName", "variables", "extensions", "documentId"}


async def test_h14_null_equals_an_absent_parameter(client: Http) -> None:
    """MUST: treat null for an optional parameter as absent."""
    absent = {"operationName": None, "variables": None, "extensions": None}
    assert (await post(client, HELLO | absent)).status_code == 200


@pytest.mark.parametrize(
    "query", ["{", "{ nope }", "{ broken }", "{ never }", "{ hello }", "mutation { change }"]
)
@pytest.mark.parametrize("accept", [NEW, JSON])
async def test_h15_a_well_formed_request_gets_a_graphql_response(
    client: Http, query: str, accept: str
) -> None:
    """MUST: answer a well-formed request with a well-formed GraphQL response."""
    assert is_graphql(await post(client, {"query": query}, accept=accept))


async def test_h16_http_itself_is_obeyed(client: Http, address: str) -> None:
    """MUST (RFC 9110): name the scheme with 401, serve HEAD like GET, and ignore `Upgrade: h2c`."""
    refused = await post(client, x_token="UNAUTHENTICATED")
    assert refused.headers["www-authenticate"].startswith("Bearer ")
    got = await get(client, HELLO)
    head = await client.head(f"/?{urlencode(HELLO)}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(got.content))
    upgrade = (
        b"POST / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
        b"Content-Type: application/json\r\nContent-Length: 19\r\n\r\n"
    )
    assert raw(address, upgrade + b'{"query":"{hello}"}').endswith(b'{"data":{"hello":"x"}}')


@pytest.mark.parametrize("accept", [NEW, JSON])
async def test_h17_the_content_type_names_its_encoding(client: Http, accept: str) -> None:
    """MUST: send `Content-Type`; it SHOULD name the encoding."""
    response = await post(client, accept=accept)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (f"{JSON};q=0.5, {NEW};q=0.4", JSON),
        (f"{JSON};q=0.4, {NEW};q=0.5", NEW),
        (f"{JSON}, {NEW}", JSON),
        (f"{NEW}, {JSON}", NEW),
        (f"{NEW};q=0, */*", JSON),
        (f"*/*, {JSON};q=0", NEW),
    ],
)
async def test_h18_the_accepted_type_with_the_highest_priority_is_used(
    client: Http, accept: str, media: str
) -> None:
    """MUST: respect `Accept`, with its weights."""
    response = await post(client, accept=accept)
    assert response.headers["content-type"].startswith(f"{media};")


@pytest.mark.parametrize("query", ["{", "{ nope }", "{ coded hello }", "{ never }"])
@pytest.mark.parametrize("accept", [JSON, "*/*"])
async def test_h19_clients_that_know_json_only_get_200(
    client: Http, query: str, accept: str
) -> None:
    """SHOULD, and deliberately not followed: use the same statuses for `application/json`.

    Such clients treat a 4xx as a failure of the transport and hide the errors.
    """
    assert (await post(client, {"query": query}, accept=accept)).status_code == 200


async def test_h20_documents_are_validated(client: Http) -> None:
    """SHOULD: apply all validation rules of the GraphQL specification."""
    for query in (
        "{ nope }",
        "{ hello { x } }",
        "query A { hello } query A { hello }",
        "query($a: Int) { hello }",
        "fragment F on Query { hello } { hello }",
        '{ hello(first: "x") }',
        "{ hello(first: 1, first: 2) }",
        "{ ...Unknown }",
    ):
        assert (await post(client, {"query": query})).status_code == 422, query


async def test_h21_errors_of_the_connection_are_not_called_graphql(address: str) -> None:
    """MUST NOT: use the media type for anything but GraphQL responses."""
    answer = raw(address, b"GET / HTTP/1.1\r\nHost: t\r\nX: " + b"x" * 80_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert NEW.encode() not in answer
