"""Apollo's multipart protocol for subscriptions: how it is framed, kept alive, and ended."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.transport.small import WITHDRAWN, app, is_ann
from tests.transport.wire import APOLLOS, Streaming, parts, settle

ENDLESS = "subscription { count(to: 11) }"


async def test_apollos_multipart_protocol_is_spoken_to_who_asks_for_it() -> None:
    async with Streaming(app(), "subscription { count(to: 2) }", accept=APOLLOS) as stream:
        await stream.ended()
    assert stream.headers["content-type"].startswith('multipart/mixed; boundary="graphql"')
    assert parts(stream) == [f'{{"payload":{{"data":{{"count":{n}}}}}}}' for n in (0, 1)]


async def test_a_silent_multipart_stream_is_kept_alive() -> None:
    served = app(keep_alive_seconds=0.01)
    async with Streaming(served, ENDLESS, accept=APOLLOS) as stream:
        await stream.until(lambda: stream.text.count("\r\n\r\n{}\r\n--graphql") == 2)


async def test_a_stream_that_the_server_stops_ends_with_an_error_and_its_boundary() -> None:
    served = app()
    async with Streaming(served, ENDLESS, accept=APOLLOS) as stream:
        await settle()
        served.stop()
        await stream.ended()
    assert stream.text.endswith(
        '{"payload":null,"errors":[{"message":"The server is stopping. Subscribe again.",'
        '"extensions":{"code":"SERVER_STOPPING"}}]}\r\n--graphql--\r\n'
    )
    assert stream.sent[-1]["more_body"] is False


async def test_a_stream_of_withdrawn_credentials_ends_with_an_error_and_its_boundary() -> None:
    served = app()
    async with Streaming(served, ENDLESS, b"ann", accept=APOLLOS) as stream:
        await stream.until(lambda: stream.text.count('"count"') == 11)
        served.withdraw(is_ann)
        await stream.ended()
    last = stream.text.rpartition("\r\n\r\n")[2]
    body, _, rest = last.partition("\r\n")
    assert json.loads(body) == {"payload": None, "errors": [WITHDRAWN]}
    assert rest == "--graphql--\r\n"


@pytest.mark.parametrize(
    ("method", "query", "status", "data"),
    [
        ("POST", "{ hello }", 200, {"hello": "x"}),
        ("GET", "{ hello }", 200, {"hello": "x"}),
        ("POST", "mutation { change }", 200, {"change": True}),
        ("GET", "mutation { change }", 405, None),
        ("POST", "{ nope }", 200, None),
    ],
)
async def test_what_has_one_result_is_answered_as_the_client_accepts_besides(
    method: str, query: str, status: int, data: object
) -> None:
    """Some clients ask for the protocol with every operation."""
    transport, given = httpx.ASGITransport(app()), {"query": query}
    sent = {"params": given} if method == "GET" else {"json": given}
    headers = {"X-Token": "ann", "Accept": APOLLOS.decode()}
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as http:
        response = await http.request(method, "/", **sent)  # type: ignore[arg-type]
    assert response.status_code == status
    if data is not None:
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        assert response.json()["data"] == data


@pytest.mark.parametrize("query", ["{ hello }", "mutation { change }"])
async def test_a_client_that_accepts_nothing_else_is_told_by_the_protocol(query: str) -> None:
    only = APOLLOS.partition(b",")[0]
    async with Streaming(app(), query, accept=only) as stream:
        await stream.ended()
    (part,) = parts(stream)
    assert "are not allowed here" in part
