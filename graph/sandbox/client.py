"""A small GraphQL client for the demo: HTTP for requests, WebSocket for subscriptions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import websockets
from websockets.typing import Subprotocol


class DemoError(Exception):
    """A step of the demo did not have the expected result; the message says why."""


class Client:
    """Connects directly, ignoring proxies of the environment: the server is on this host."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = f"{url}/graphql", {"X-Auth-Token": token}

    async def execute(self, query: str, **variables: object) -> dict[str, Any]:
        """The data of a query or mutation. Raises DemoError for GraphQL errors."""
        async with httpx.AsyncClient(timeout=30, headers=self._headers, trust_env=False) as http:
            body = {"query": query, "variables": variables}
            answer = (await http.post(self._url, json=body)).json()
        if answer.get("errors"):
            raise DemoError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def subscribe(self, query: str, **variables: object) -> AsyncIterator[Mapping[str, Any]]:
        """The data of each event, over graphql-transport-ws with one socket per subscription."""
        address = self._url.replace("http", "ws", 1)
        protocol = Subprotocol("graphql-transport-ws")
        async with websockets.connect(address, subprotocols=[protocol], proxy=None) as wire:
            await wire.send(json.dumps({"type": "connection_init", "payload": self._headers}))
            payload = {"query": query, "variables": variables}
            await wire.recv()
            await wire.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            async for text in wire:
                message = json.loads(text)
                if message["type"] == "error" or (message.get("payload") or {}).get("errors"):
                    raise DemoError(str(message["payload"]))
                if message["type"] == "complete":
                    return
                if message["type"] == "next":
                    yield message["payload"]["data"]
        raise DemoError("the server closed the stream")
