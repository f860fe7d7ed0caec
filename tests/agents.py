"""An agent with a mover that reads a file server through it, and keys of different rights."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.world import CREATE, LAB, MADE, ask, ended, furnish, new_mover, serving

AGENT = f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}"
OTHER_AGENT = f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'1' * 17}"
ID = str(encode("Agent", AGENT))
KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"
OF_G: dict[str, Any] = {"groups": ["g"], "write": True}
KEYS: dict[str, dict[str, Any]] = {
    "reader": {},
    "all": {"write": True},
    "of-g": OF_G,
    "ruled": OF_G | {"resources": [AGENT]},
    "rules": {"write": True, "resources": [AGENT]},
    "others": {"write": True, "resources": [f"{AGENT[:-1]}9"]},
    "any-agent": {"write": True, "resources": [f"{AGENT[:-17]}*"]},
    "mixed": {"groups": {"g": ["write"]}, "resources": [AGENT]},
}


def hashed(name: str) -> str:
    return hashlib.sha256(f"key of {name}".encode()).hexdigest()


def bearer(name: str) -> dict[str, str]:
    return {"X-Auth-Token": "", "Authorization": f"Bearer key of {name}"}


@dataclass
class World:
    aws: Sandbox
    client: httpx.AsyncClient

    async def ask(self, query: str, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """A whole answer to a caller; to the administrator if none is named."""
        body = {"query": query, "variables": variables}
        headers = {} if key is None else bearer(key)
        answer = await self.client.post("/graphql", json=body, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    async def codes(self, query: str, key: str | None = None, **variables: Any) -> list[str]:
        """The codes of all errors of a mutation."""
        answer = await self.ask(query, key, **variables)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        for payload in (answer["data"] or {}).values():
            codes += [error["code"] for error in (payload or {}).get("errors", ())]
        return codes

    async def mover(self, name: str = "one") -> str:
        """The id of a new mover from a file server to a bucket."""
        nfs = {"serverHostname": f"{name}.example", "subdirectory": "/x", "agentArns": [AGENT]}
        given = new_mover(name) | {"source": {"nfs": nfs}}
        payload = (await ask(self.client, CREATE, input=given))["createMover"]
        operation = await ended(self.client, payload["operation"]["id"], MADE)
        assert operation["status"] == "COMPLETED", operation
        return str(operation["mover"]["id"])


@asynccontextmanager
async def agents_world(aws: Sandbox, folder: Path, **changes: Any) -> AsyncIterator[World]:
    furnish(aws)
    tables = [{"name": name, "sha256": hashed(name)} | given for name, given in KEYS.items()]
    async with serving(folder, keys=tables, **changes) as client:
        yield World(aws, client)
