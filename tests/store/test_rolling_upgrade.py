"""A rolling upgrade: the last release and this version share a PostgreSQL store and its work."""

from __future__ import annotations

import asyncio
import io
import subprocess
import tarfile
from pathlib import Path
from typing import Final

import httpx
import pytest

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.stores import fresh_database
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover

RELEASED: Final = "cca24b0"
"""The commit of the last release."""
ROOT: Final = Path(__file__).parents[2]
DELETE: Final = (
    "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } errors { code } } }"
)
MOVERS: Final = f'{{ account(id: "{LAB}") {{ movers {{ nodes {{ name }} }} }} }}'
STATUS: Final = "query($id: ID!) { operation(id: $id) { status } }"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The code of the last release."""
    command = ["git", "archive", RELEASED, "graph", "rest_compat"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    if archive.returncode:
        pytest.skip(f"the history of this checkout does not go back to {RELEASED}")
    folder = tmp_path / "released"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


async def names(client: httpx.AsyncClient) -> list[str]:
    nodes = (await ask(client, MOVERS))["account"]["movers"]["nodes"]
    return sorted(node["name"] for node in nodes)


async def create(client: httpx.AsyncClient, name: str) -> str | None:
    payload = (await ask(client, CREATE, input=new_mover(name)))["createMover"]
    return str(payload["operation"]["id"]) if payload["operation"] else None


@pytest.mark.postgres
@pytest.mark.timeout(180)
async def test_two_versions_share_a_store_and_the_newer_one_finishes_what_is_left(
    released: Path, aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, a=b"1")
    with fresh_database(empty=True) as url:
        async with (
            Server(aws, tmp_path, url, code=released, SETTLE_SECONDS="") as old_server,
            old_server.client() as old,
        ):
            await made(old, name="before")
            async with Server(aws, tmp_path, url) as server, server.client() as new:
                await asyncio.gather(made(old, name="by-old"), made(new, name="by-new"))
                assert await names(old) == await names(new) == ["before", "by-new", "by-old"]
                same = await asyncio.gather(create(old, "same"), create(new, "same"))
                (winner,) = [operation for operation in same if operation is not None]
                for client in (old, new):
                    assert (await ended(client, winner, STATUS))["status"] == "COMPLETED"
                aws.interceptor.add(Fault("CreateTask", "gate"))
                left = await create(old, "left")
                assert left is not None
                assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 30)
                old_server.kill()
                aws.interceptor.clear()
                operation = await ended(new, left, STATUS)
                assert operation == {"status": "COMPLETED"}
                assert "left" in await names(new)
