"""A server on the sandbox, in the process of its tests: what most tests above the gateway need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette

from graph.app import create_app
from graph.auth import token_for
from graph.config.settings import Settings
from graph.model.mover import Account
from graph.sandbox import Sandbox
from tests.stores import migrated_file

LAB = "222222222222"
OTHER = "333333333333"
HERE = Account(LAB, "us-east-1")
ORG = "acme"
KEY = "correct horse"
TOKEN = token_for(KEY, 4)
HEADERS = {"X-Auth-Token": TOKEN}
ROLE = "management"


def settings(folder: Path, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "org": ORG,
        "token": KEY,
        "role": ROLE,
        "external_id": "x-1",
        "store_url": f"sqlite:///{folder}/store/db.sqlite",
        "poll_seconds": 0.05,
        "retry_seconds": 0.01,
        "settle_seconds": 0.3,
        "drain_seconds": 2,
    }
    return Settings(**given | changes)


def furnish(aws: Sandbox, account: str = LAB, **objects: bytes) -> None:
    """A management role, an agent, and two buckets with objects in the first."""
    aws.role(account, ROLE, external_id="x-1")
    aws.bucket(account, f"from-{account}", objects)
    aws.bucket(account, f"to-{account}")
    aws.agent(account, "agent", agent_id="0" * 17)


@asynccontextmanager
async def client_of(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose lifespan has begun."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers=HEADERS, timeout=30
        ) as client:
            yield client


@asynccontextmanager
async def serving(folder: Path, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    given = settings(folder, **changes)
    if "store_url" not in changes:
        migrated_file(folder / "store" / "db.sqlite")
    async with client_of(create_app(given)) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer that has to be without errors."""
    answer = await tell(client, query, **variables)
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def tell(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    """A whole answer, errors and all."""
    body = {"query": query, "variables": variables}
    response = await client.post("/graphql", json=body)
    answer: dict[str, Any] = orjson.loads(response.content)
    return answer


CREATE = """
mutation($input: CreateMoverInput!) {
  createMover(input: $input) { operation { id status } errors { code message path } }
}
"""
OPERATION = """
query($id: ID!) { operation(id: $id) {
  status failure { message } moverName requestedBy events { message } mover { id name status }
} }
"""

MADE = "query($id: ID!) { operation(id: $id) { status events { message } mover { id } } }"
"""Understood by servers of any version."""


def new_mover(
    name: str = "one", group: str = "g", account: str = LAB, **more: Any
) -> dict[str, Any]:
    return {
        "account": account,
        "group": group,
        "name": name,
        "source": {"s3": {"bucketArn": f"arn:aws:s3:::from-{account}"}},
        "destination": {"s3": {"bucketArn": f"arn:aws:s3:::to-{account}"}},
        **more,
    }


async def ended(
    app_client: httpx.AsyncClient, operation_id: str, shown: str = OPERATION
) -> dict[str, Any]:
    """The operation once it has ended, as its subscription over SSE tells."""
    query = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"
    body = {"query": query, "variables": {"id": operation_id}}
    response = await app_client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert b"event: complete" in response.content, response.content
    operation: dict[str, Any] = (await ask(app_client, shown, id=operation_id))["operation"]
    return operation


async def made(client: httpx.AsyncClient, **given: Any) -> str:
    """The id of a mover that was just made."""
    payload = (await ask(client, CREATE, input=new_mover(**given)))["createMover"]
    assert payload["errors"] == []
    operation = await ended(client, payload["operation"]["id"], MADE)
    assert operation["status"] == "COMPLETED", operation
    return str(operation["mover"]["id"])
