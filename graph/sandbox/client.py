"""GraphQL as any client speaks it: HTTP for questions, a WebSocket for streams."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import websockets
from websockets.typing import Subprotocol


class PlayError(Exception):
    """The play went wrong; the message says how."""


class Client:
    """Goes straight to the server: it is on this host, whatever proxy the environment names."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = f"{url}/graphql", {"X-Auth-Token": token}

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=30, headers=self._headers, trust_env=False) as http:
            body = {"query": query, "variables": variables}
            answer = (await http.post(self._url, json=body)).json()
        if answer.get("errors"):
            raise PlayError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def follow(self, query: str, **variables: object) -> AsyncIterator[Mapping[str, Any]]:
        """graphql-transport-ws, one operation a socket."""
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
                    raise PlayError(str(message["payload"]))
                if message["type"] == "complete":
                    return
                if message["type"] == "next":
                    yield message["payload"]["data"]
        raise PlayError("the server closed the stream")
