"""A server with a mover whose every change is looked for in the audit trail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth import token_for
from graph.model.audit import (
    Surface,
)
from graph.sandbox import Sandbox
from graph.schema.ids import decode, encode
from tests.transport.wire import Socket
from tests.world import (
    HEADERS,
    LAB,
    OTHER,
    ask,
    client_of,
    furnish,
    made,
    new_mover,
    settings,
)

KEYS: dict[str, dict[str, Any]] = {
    "reader": {},
    "of-h": {"groups": ["h"], "write": True},
    "elsewhere": {"accounts": [OTHER], "write": True},
    "auditor": {"groups": ["g"], "audit": True, "forwarded_user": True},
}
TABLES = [{"name": name, "key": f"key of {name}"} | rights for name, rights in KEYS.items()]
TOKENS = {name: token_for(f"key of {name}", 4) for name in KEYS}
ADMIN = "default"

MUTATIONS = {
    "CREATE_MOVER": ("createMover", "CreateMoverInput", "operation { id }"),
    "START_MOVER": ("startMover", "StartMoverInput", "run { id }"),
    "STOP_MOVER": ("stopMover", "StopMoverInput", "run { id }"),
    "RERUN": ("rerun", "RerunInput", "run { id }"),
    "SET_RUN_BANDWIDTH": ("setRunBandwidth", "SetRunBandwidthInput", "requested"),
    "SET_RUN_TAGS": ("setRunTags", "SetRunTagsInput", "run { id }"),
    "UPDATE_MOVER": ("updateMover", "UpdateMoverInput", "operation { id }"),
    "DELETE_MOVER": ("deleteMover", "DeleteMoverInput", "operation { id }"),
    "UPDATE_LOCATION": ("updateLocation", "UpdateLocationInput", "location { id }"),
    "ACTIVATE_AGENT": ("activateAgent", "ActivateAgentInput", "agent { id }"),
    "UPDATE_AGENT": ("updateAgent", "UpdateAgentInput", "agent { id }"),
    "DELETE_AGENT": ("deleteAgent", "DeleteAgentInput", "deletedArn"),
    "CLEAN_ORPHANS": ("cleanOrphans", "CleanOrphansInput", "removed { arn }"),
    "PREVIEW_ORPHANS": ("cleanOrphans", "CleanOrphansInput", "orphans { arn }"),
}
REST = {
    "CREATE_MOVER": ("POST", f"{LAB}/movers/g"),
    "START_MOVER": ("PUT", f"{LAB}/movers/g/one"),
    "STOP_MOVER": ("PUT", f"{LAB}/movers/g/one"),
    "DELETE_MOVER": ("DELETE", f"{LAB}/movers/g/one"),
}
REFUSED = {
    "reader": dict.fromkeys(MUTATIONS, "FORBIDDEN"),
    "elsewhere": dict.fromkeys(MUTATIONS, "NOT_FOUND"),
    "of-h": {
        "CREATE_MOVER": "FORBIDDEN",
        "START_MOVER": "NOT_FOUND",
        "STOP_MOVER": "NOT_FOUND",
        "RERUN": "NOT_FOUND",
        "SET_RUN_BANDWIDTH": "NOT_FOUND",
        "SET_RUN_TAGS": "NOT_FOUND",
        "UPDATE_MOVER": "NOT_FOUND",
        "UPDATE_LOCATION": "NOT_FOUND",
        "DELETE_MOVER": "NOT_FOUND",
    },
}
AUDIT = """query(
  $filter: AuditFilter, $first: Int = 100, $after: String, $last: Int, $before: String
) {
  audit(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      attempt at phase action key onBehalfOf requestId surface peer accountId group moverName
      taskArn runArn operationId resources errorCode
    }
    pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
  }
}"""


@dataclass
class Lab:
    """A mover ``g/one`` on a server whose trail is read as an administrator."""

    app: Starlette
    client: httpx.AsyncClient
    mover: str
    location: str
    """The id of its destination."""
    seen: int = 0
    run: str = "exec-00000000000000000"
    """The id of a run of the mover, which may be absent."""

    async def fresh(self) -> list[dict[str, Any]]:
        """The records since the last look, oldest first."""
        records = await read(self.client)
        new = records[self.seen :]
        self.seen = len(records)
        return new

    def body(self, action: str) -> dict[str, Any]:
        return {
            "CREATE_MOVER": new_mover("two"),
            "SET_RUN_BANDWIDTH": {
                "run": encode("Run", f"{decode(self.mover)[1]}/execution/{self.run}"),
                "bytesPerSecond": 1_000,
            },
            "SET_RUN_TAGS": {
                "run": encode("Run", f"{decode(self.mover)[1]}/execution/{self.run}"),
                "tags": [{"key": "a", "value": "1"}],
            },
            "RERUN": {"run": encode("Run", f"{decode(self.mover)[1]}/execution/{self.run}")},
            "UPDATE_MOVER": {"mover": self.mover, "options": {"logLevel": "BASIC"}},
            "UPDATE_LOCATION": {
                "location": self.location,
                "change": {"s3": {"storageClass": "STANDARD_IA"}},
            },
            "ACTIVATE_AGENT": {"account": LAB, "activationKey": "ABCDE-12345-FGHIJ-67890-KLMNO"},
            "UPDATE_AGENT": {"agent": AGENT, "name": "one"},
            "DELETE_AGENT": {"agent": AGENT},
            "CLEAN_ORPHANS": {"account": LAB, "dryRun": False},
            "PREVIEW_ORPHANS": {"account": LAB},
        }.get(action, {"mover": self.mover})


AGENT = encode("Agent", f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}")
Transport = Callable[[Lab, str, str], Awaitable[None]]


async def read(client: httpx.AsyncClient, **variables: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await ask(client, AUDIT, **variables))["audit"]["nodes"]
    return nodes[::-1]


def document(lab: Lab, action: str) -> dict[str, Any]:
    field, kind, shown = MUTATIONS[action]
    query = (
        f"mutation($input: {kind}!) {{ {field}(input: $input) {{ {shown} errors {{ code }} }} }}"
    )
    return {"query": query, "variables": {"input": lab.body(action)}}


def token(key: str) -> str:
    return HEADERS["X-Auth-Token"] if key == ADMIN else TOKENS[key]


async def over_http(lab: Lab, key: str, action: str) -> None:
    headers = {"X-Auth-Token": token(key)}
    response = await lab.client.post("/graphql", json=document(lab, action), headers=headers)
    assert response.status_code == 200, response.text


async def over_event_stream(lab: Lab, key: str, action: str) -> None:
    headers = {"X-Auth-Token": token(key), "Accept": "text/event-stream"}
    response = await lab.client.post("/graphql", json=document(lab, action), headers=headers)
    assert response.status_code == 200, response.text


async def over_websocket(lab: Lab, key: str, action: str) -> None:
    headers = [(b"x-auth-token", token(key).encode())]
    async with Socket(lab.app, path="/graphql", headers=headers) as wire:
        subscribe = {"type": "subscribe", "id": "1", "payload": document(lab, action)}
        wire.say({"type": "connection_init"}, subscribe)
        await wire.until(lambda: any(m.get("id") == "1" for m in wire.heard))
        wire.leave()
        await wire.ended()


async def over_rest(lab: Lab, key: str, action: str) -> None:
    method, path = REST[action]
    s3 = {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::from-{LAB}"}}
    to = {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::to-{LAB}"}}
    body = {
        "CREATE_MOVER": {"Name": "two", "Source": s3, "Destination": to},
        "START_MOVER": {"State": "start"},
        "STOP_MOVER": {"State": "stop"},
    }.get(action)
    headers = {"X-Auth-Token": token(key)}
    await lab.client.request(method, f"/v1/datasync/{path}", json=body, headers=headers)


TRANSPORTS: dict[str, tuple[Transport, Surface]] = {
    "http": (over_http, Surface.GRAPHQL),
    "event-stream": (over_event_stream, Surface.GRAPHQL),
    "websocket": (over_websocket, Surface.WEBSOCKET),
    "rest": (over_rest, Surface.REST),
}


@asynccontextmanager
async def opened_lab(aws: Sandbox, folder: Path) -> AsyncIterator[Lab]:
    furnish(aws, LAB, a=b"x" * 1000)
    furnish(aws, OTHER)
    aws.set_pace(launch=3_600)
    app = create_app(settings(folder, keys=TABLES, orphan_minutes=1e-9))
    async with client_of(app) as client:
        mover = await made(client)
        query = "query($id: ID!) { node(id: $id) { ... on Mover { destination { id } } } }"
        ends = (await ask(client, query, id=mover))["node"]
        opened = Lab(app, client, mover, ends["destination"]["id"])
        await opened.fresh()
        yield opened
