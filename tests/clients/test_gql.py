"""The life of a mover through gql, over its two WebSocket transports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest
from gql import Client, gql
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

from tests.clients.conftest import Served
from tests.clients.matrix import check_passed
from tests.world import CREATE, HEADERS, new_mover

OPERATION = """
subscription ($id: ID!) { operationProgress(operation: $id) { status mover { id } } }
"""
RUN = (
    "subscription ($id: ID!) { runProgress(run: $id) { run { status outcome } mover { status } } }"
)
START = """
mutation ($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { message } } }
"""
STOP = "mutation ($id: ID!) { stopMover(input: {mover: $id}) { errors { message } } }"
DELETE = """
mutation ($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } errors { message } } }
"""
_SECONDS = 90
_CONNECTIONS = 3


def over_websockets(url: str) -> WebsocketsTransport:
    protocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
    return WebsocketsTransport(url=url, init_payload=HEADERS, subprotocols=protocols)


def over_aiohttp(url: str) -> AIOHTTPWebsocketsTransport:
    protocols = [AIOHTTPWebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
    return AIOHTTPWebsocketsTransport(url=url, init_payload=HEADERS, subprotocols=protocols)


class Gql:
    """Requests over connections of their own; subscriptions are repeated after a disconnect."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    async def execute(self, document: str, **variables: Any) -> dict[str, Any]:
        request = gql(document)
        request.variable_values = variables
        async with Client(transport=self._connect()) as session:
            ((_, payload),) = (await session.execute(request)).items()
        assert payload["errors"] == []
        return dict(payload)

    async def events(self, document: str, identifier: str) -> AsyncIterator[dict[str, Any]]:
        request = gql(document)
        request.variable_values = {"id": identifier}
        for _ in range(_CONNECTIONS):
            with contextlib.suppress(TransportError):  # the server was stopped
                async with Client(transport=self._connect()) as session:
                    async for data in session.subscribe(request):
                        yield data.popitem()[1]
                    return
        pytest.fail("the subscription never reached its end")

    async def last(self, document: str, identifier: str) -> dict[str, Any]:
        return [event async for event in self.events(document, identifier)][-1]


TRANSPORTS: Final = {"gql-websockets": over_websockets, "gql-aiohttp": over_aiohttp}


@pytest.mark.parametrize("name", TRANSPORTS)
async def test_gql_follows_a_mover_through_its_life(server: Served, name: str) -> None:
    url = server.process.url.replace("http", "ws") + "/graphql"
    client = Gql(lambda: TRANSPORTS[name](url))
    steps: dict[str, str] = {}
    async with asyncio.timeout(_SECONDS):
        created = await client.execute(CREATE, input=new_mover("gql"))
        made = await client.last(OPERATION, created["operation"]["id"])
        mover = made["mover"]["id"]
        steps |= {"create": "yes", "follow it": "yes"}

        run = (await client.execute(START, id=mover))["run"]["id"]
        ended = await client.last(RUN, run)
        assert (ended["run"]["outcome"], ended["mover"]["status"]) == ("SUCCEEDED", "AVAILABLE")
        steps |= {"start": "yes", "follow the run": "yes"}

        server.slow()
        run = (await client.execute(START, id=mover))["run"]["id"]
        await _restart_and_stop(server, client, run, mover)
        server.fast()
        steps |= {"restart of the server": "subscribes again", "stop": "yes"}

        deleted = await client.execute(DELETE, id=mover)
        gone = await client.last(OPERATION, deleted["operation"]["id"])
        assert gone == {"status": "COMPLETED", "mover": None}
        steps |= {"delete": "yes", "cache": "none"}
    check_passed(name, steps)


async def _restart_and_stop(server: Served, client: Gql, run: str, mover: str) -> None:
    """Follows a run across a restart of the server, and then stops it."""
    outcomes = []
    async for event in client.events(RUN, run):
        outcomes.append(event["run"]["outcome"])
        if len(outcomes) == 1:
            await asyncio.to_thread(server.restart)
        if len(outcomes) == 2:
            await client.execute(STOP, id=mover)
    assert outcomes[-1] == "CANCELLED"
