"""Idempotency keys: the same answer again, even if a server died in between."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.auth import token_for
from graph.sandbox import Fault, Sandbox
from graph.store import IdempotencyKey
from tests.api_server import Server
from tests.operations.crash import left
from tests.world import CREATE, LAB, OTHER, ask, ended, furnish, made, new_mover, serving, tell

START = """mutation($id: ID!, $key: String) {
  startMover(input: {mover: $id, idempotencyKey: $key}) { run { id } errors { code message } } }"""
SHOWN = """mutation($id: ID!, $key: String) {
  startMover(input: {mover: $id, idempotencyKey: $key}) {
    run { id status } mover { id } errors { code } } }"""
RUNS = f"""{{ mover(account: "{LAB}", group: "g", name: "one") {{
  runs(first: 50) {{ nodes {{ id }} }} }} }}"""


async def started(client: httpx.AsyncClient, mover: str, key: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(client, START, id=mover, key=key))["startMover"]
    return payload


async def started_and_deleted(client: httpx.AsyncClient) -> str:
    """The id of a mover that was started with the key k-1, and is gone."""
    mover = await made(client)
    assert (await started(client, mover, "k-1"))["errors"] == []
    cancel = "mutation($id: ID!) { deleteMover(input: {mover: $id, cancelRun: true}) {"
    answer = await ask(client, cancel + " operation { id } } }", id=mover)
    await ended(client, answer["deleteMover"]["operation"]["id"])
    return mover


async def runs_of(client: httpx.AsyncClient) -> list[str]:
    found = (await ask(client, RUNS))["mover"]["runs"]["nodes"]
    return [run["id"] for run in found]


async def test_a_create_with_a_key_is_the_same_after_a_restart(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    given = new_mover() | {"idempotencyKey": "k-1"}
    async with serving(tmp_path) as client:
        first = (await ask(client, CREATE, input=given))["createMover"]["operation"]["id"]
        await ended(client, first)
    async with serving(tmp_path) as client:
        second = (await ask(client, CREATE, input=given))["createMover"]
        assert second["operation"]["id"] == first
        other = (await ask(client, CREATE, input=given | {"group": "h"}))["createMover"]
        assert [error["code"] for error in other["errors"]] == ["CONFLICT"]
    assert left(aws, LAB) == (1, 2, 2)


async def test_of_many_creates_with_one_key_all_get_the_same_operation(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    given = new_mover() | {"idempotencyKey": "k-1"}
    async with serving(tmp_path) as client:
        answers = await asyncio.gather(*(ask(client, CREATE, input=given) for _ in range(8)))
        operations = {answer["createMover"]["operation"]["id"] for answer in answers}
        assert len(operations) == 1
        await ended(client, operations.pop())
    assert left(aws, LAB) == (1, 2, 2)


@pytest.mark.parametrize("key", ["", "x" * 257])
async def test_a_key_that_is_none_is_refused(aws: Sandbox, tmp_path: Path, key: str) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        given = new_mover() | {"idempotencyKey": key}
        payload = (await ask(client, CREATE, input=given))["createMover"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID", ["input", "idempotencyKey"])
    ]


@pytest.mark.parametrize("kind", [None, "unsent", "lost"])
async def test_a_run_is_started_once_for_a_key(
    aws: Sandbox, tmp_path: Path, kind: str | None
) -> None:
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(bandwidth=1)
    async with serving(tmp_path) as client:
        mover = await made(client)
        if kind is not None:
            aws.interceptor.add(Fault("StartTaskExecution", kind))
        answer = await tell(client, START, id=mover, key="k-1")
        if kind == "unsent":  # nothing was made, and the key is for the next to use
            assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM"
            answer = await tell(client, START, id=mover, key="k-1")
        first = answer["data"]["startMover"]["run"]["id"]
        again = await asyncio.gather(*(started(client, mover, "k-1") for _ in range(4)))
        assert {payload["run"]["id"] for payload in again} == {first}
        assert await runs_of(client) == [first]
        refused = await started(client, mover, "k-2")
        assert [error["code"] for error in refused["errors"]] == ["ALREADY_RUNNING"]
    async with serving(tmp_path) as client:
        assert (await started(client, mover, "k-1"))["run"]["id"] == first


async def test_a_key_whose_mover_is_gone_gives_the_same_answer_without_the_run(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await started_and_deleted(client)
        again = (await ask(client, SHOWN, id=mover, key="k-1"))["startMover"]
        assert again == {"run": None, "mover": None, "errors": []}
        assert (await started(client, mover, "k-2"))["errors"] == [
            {"code": "NOT_FOUND", "message": "datasync mover not found"}
        ]
        other = (await started(client, await made(client), "k-1"))["errors"]
        assert [error["code"] for error in other] == ["CONFLICT"]


async def test_a_key_that_was_used_is_answered_also_while_aws_is_away(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        first = await started(client, mover, "k-1")
    async with serving(tmp_path) as client:
        aws.interceptor.add(Fault("datasync.*", "denied", count=1_000))
        answer = await tell(client, START, id=mover, key="k-1")
        assert answer["data"]["startMover"] == {"run": None, "errors": []}
        assert answer["errors"][0]["path"] == ["startMover", "run"]
        aws.interceptor.clear()
    async with serving(tmp_path) as client:
        assert await started(client, mover, "k-1") == first


RIGHTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as before": ({"groups": ["g"]}, []),
    "of another group": ({"groups": ["h"]}, ["NOT_FOUND"]),
    "of another account": ({"accounts": [OTHER]}, ["NOT_FOUND"]),
    "only to read": ({"groups": ["g"], "write": False}, ["FORBIDDEN"]),
}
"""What the key may do, and the errors of a start that it asks for again."""


async def test_a_key_tells_nothing_to_who_lost_the_right_to_start_its_mover(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    clear = "key of the caller"
    table = {"name": "caller", "key": clear, "write": True, "resources": ["arn:aws:s3:::*"]}
    mover = ""
    for rights, (changes, expected) in RIGHTS.items():
        async with serving(tmp_path, keys=[table | changes]) as client:
            client.headers.update({"X-Auth-Token": token_for(clear, 4)})
            mover = mover or await started_and_deleted(client)
            answer = await tell(client, START, id=mover, key="k-1")
            payload = answer["data"]["startMover"] or {"run": None, "errors": []}
            codes = [error["code"] for error in payload["errors"]]
            codes += [error["extensions"]["code"] for error in answer.get("errors", [])]
            assert codes == expected, rights
            assert payload["run"] is None, rights


async def test_a_refused_start_leaves_its_key_free(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(bandwidth=1)
    async with serving(tmp_path) as client:
        mover = await made(client)
        await started(client, mover, "k-1")
        assert (await started(client, mover, "k-2"))["errors"]
        stop = "mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }"
        assert (await ask(client, stop, id=mover))["stopMover"]["errors"] == []
        aws.set_pace(bandwidth=1e9)
        follow = "subscription($id: ID!) { runProgress(run: $id) { run { status } } }"
        (run,) = await runs_of(client)
        body = {"query": follow, "variables": {"id": run}}
        await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
        second = await started(client, mover, "k-2")
        assert second["errors"] == []
        assert second["run"]["id"] != run


@pytest.mark.timeout(120)
@pytest.mark.parametrize("gate", ["gate", "gate-after"])
async def test_a_key_whose_server_died_starts_its_run_once(
    aws: Sandbox, tmp_path: Path, gate: str
) -> None:
    furnish(aws, LAB, a=b"x" * 1_000)
    aws.set_pace(bandwidth=1)
    async with Server(aws, tmp_path) as server, server.client() as client:
        mover = await made(client)
        aws.interceptor.add(Fault("StartTaskExecution", gate))
        asked = asyncio.create_task(tell(client, START, id=mover, key="k-1"))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        server.kill()
        aws.interceptor.clear()
        with pytest.raises(httpx.TransportError):
            await asked
    async with Server(aws, tmp_path) as again, again.client() as client:
        first = await started(client, mover, "k-1")
        assert first["errors"] == []
        assert await runs_of(client) == [first["run"]["id"]]
        assert (await started(client, mover, "k-1"))["run"] == first["run"]


def test_a_key_is_not_kept_as_it_was_given() -> None:
    key = IdempotencyKey.of("caller", "secret-key", "what")
    assert "secret" not in key.hashed + key.fingerprint
