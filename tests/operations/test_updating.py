"""Updates of movers: all of a change or nothing of it, on exactly what the caller has seen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import graph.app.services
from graph.model.mover import HIDDEN_TAGS, OWN_TAGS
from graph.operations.retries import RetryPolicy
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import decode
from tests.operations.by_hand import backend, by_hand, tags_of_roles
from tests.operations.stories import UPDATE
from tests.world import LAB, ORG, ask, ended, furnish, made, serving

SHOWN: Final = """query($id: ID!) { node(id: $id) { ... on Mover {
  name version tags { key value } options { verifyMode logLevel } includes excludes logGroupArn
  schedule { expression status } } } }"""
GROUP: Final = f"arn:aws:logs:us-east-1:{LAB}:log-group:/movers"
CRON: Final = "cron(0 3 * * ? *)"
AFTER: Final = {
    "name": "new-name",
    "tags": {"project": "docs", "b": "c"},
    "options": {"verifyMode": "NONE", "logLevel": "BASIC"},
    "includes": ["/a", "/b"],
    "excludes": ["*.tmp"],
    "schedule": {"expression": CRON, "status": "ENABLED"},
    "logGroupArn": GROUP,
}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations that give up soon."""
    monkeypatch.setattr(
        graph.app.services, "RetryPolicy", partial(RetryPolicy, create_seconds=0.05)
    )


async def update(client: httpx.AsyncClient, mover: str, **change: Any) -> dict[str, Any]:
    """The operation of a change once it has ended."""
    payload = (await ask(client, UPDATE, input={"mover": mover, **change}))["updateMover"]
    assert payload["errors"] == []
    return await ended(client, payload["operation"]["id"])


async def rejected(client: httpx.AsyncClient, mover: str, **change: Any) -> tuple[str, list[str]]:
    """Code and path of the error of a change."""
    payload = (await ask(client, UPDATE, input={"mover": mover, **change}))["updateMover"]
    assert payload["operation"] is None
    (error,) = payload["errors"]
    return error["code"], (error["path"] or [])[1:]


async def shown(client: httpx.AsyncClient, mover: str) -> dict[str, Any]:
    node: dict[str, Any] = (await ask(client, SHOWN, id=mover))["node"]
    node["tags"] = {t["key"]: t["value"] for t in node["tags"] if t["key"] not in OWN_TAGS}
    return node


def tags_of_parts() -> list[dict[str, str]]:
    """The callers' tags of the task, the locations and the roles in the sandbox."""
    of_datasync = (*backend().tasks.values(), *backend().locations.values())
    found = [*(each.tags for each in of_datasync), *tags_of_roles()]
    assert all(HIDDEN_TAGS & tags.keys() for tags in found)
    return [{k: v for k, v in tags.items() if k not in OWN_TAGS} for tags in found]


async def test_a_change_is_made_as_a_whole_and_can_be_cleared(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        mover = await made(client)
        before = await shown(client, mover)
        operation = await update(
            client,
            mover,
            name="new-name",
            tags=[{"key": "project", "value": "docs"}, {"key": "b", "value": "c"}],
            options={"verifyMode": "NONE", "logLevel": "BASIC"},
            includes=["/a", "/b"],
            excludes=["*.tmp"],
            schedule={"expression": CRON},
            logGroupArn=GROUP,
            ifUnchangedSince=before["version"],
        )
        assert operation["status"] == "COMPLETED", operation
        assert operation["moverName"] == "one"
        assert operation["mover"]["name"] == "new-name"
        after = await shown(client, mover)
        assert after.pop("version") != before["version"]
        assert after == AFTER
        assert tags_of_parts() == [{"project": "docs", "b": "c"}] * 5
        await update(client, mover, schedule={"enabled": False}, tags=[{"key": "b", "value": "d"}])
        paused = await shown(client, mover)
        assert paused["schedule"] == {"expression": CRON, "status": "DISABLED"}
        assert tags_of_parts() == [{"b": "d"}] * 5
        everything = ["TAGS", "INCLUDES", "EXCLUDES", "SCHEDULE", "MANIFEST", "REPORT"]
        assert (await update(client, mover, clear=everything))["status"] == "COMPLETED"
        cleared = await shown(client, mover)
        assert (cleared["includes"], cleared["excludes"], cleared["schedule"]) == ([], [], None)
        assert tags_of_parts() == [{}] * 5
        assert await rejected(
            client, mover, options={"logLevel": "OFF"}, ifUnchangedSince=before["version"]
        ) == ("CONFLICT", [])
        assert (await shown(client, mover)) == cleared


async def test_what_contradicts_the_mover_is_rejected_before_anything_is_done(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        mover, other = await made(client), await made(client, name="other")
        (task,) = [each for each in backend().tasks.values() if each.name == "one"]
        aws.interceptor.forget_calls()
        for change, path in (
            ({}, ["mover"]),
            ({"name": "not a name"}, ["name"]),
            ({"tags": [{"key": "spinup:spaceid", "value": "h"}]}, ["tags", "0"]),
            ({"tags": [{"key": "aws:x", "value": "h"}]}, ["tags", "0"]),
            ({"tags": [{"key": "k", "value": "v"}], "clear": ["TAGS"]}, ["clear"]),
            ({"tags": [{"key": str(n), "value": "v"} for n in range(45)]}, ["tags"]),
            ({"options": {"verifyMode": "SOME"}}, ["options", "verifyMode"]),
            ({"options": {"mtime": "NONE"}}, ["options", "mtime"]),
            ({"options": {"uid": "INT_VALUE"}}, ["options", "uid"]),
            ({"includes": []}, ["includes"]),
            ({"includes": ["a"]}, ["includes", "0"]),
            ({"schedule": {"expression": "rate(5 minutes)"}}, ["schedule", "expression"]),
            ({"schedule": {"enabled": True}}, ["schedule", "enabled"]),
            ({"logGroupArn": "arn:aws:s3:::b"}, ["logGroupArn"]),
        ):
            assert await rejected(client, mover, **change) == ("INVALID", path), change
        assert await rejected(client, mover, name="other") == ("NAME_TAKEN", ["name"])
        assert await rejected(client, other, name="one") == ("NAME_TAKEN", ["name"])
        task.settings["ManifestConfig"] = {"Action": "TRANSFER"}
        assert await rejected(client, mover, includes=["/a"]) == ("INVALID", ["includes"])
        remove = {"preserveDeletedFiles": "REMOVE"}
        path = ["options", "preserveDeletedFiles"]
        assert await rejected(client, mover, options=remove) == ("INVALID", path)
        assert aws.interceptor.counts()["datasync.UpdateTask"] == 0
        done = await update(client, mover, includes=["/a"], options=remove, clear=["MANIFEST"])
        assert done["status"] == "COMPLETED"


async def test_what_was_changed_is_restored_where_a_part_fails(
    aws: Sandbox, tmp_path: Path, hasty: None
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        mover = await made(client)
        await update(
            client, mover, tags=[{"key": "a", "value": "1"}], schedule={"expression": CRON}
        )
        before = await shown(client, mover)
        aws.interceptor.add(Fault("UntagRole", "denied"))
        failed = await update(
            client,
            mover,
            name="new",
            tags=[{"key": "b", "value": "2"}],
            schedule={"expression": "rate(1 day)", "enabled": False},
            includes=["/x"],
        )
        assert failed["status"] == "FAILED"
        assert failed["failure"]["message"].startswith("failed to update: ")
        assert "Not restored" not in failed["failure"]["message"]
        assert await shown(client, mover) == before
        assert tags_of_parts() == [{"a": "1"}] * 5
        aws.interceptor.clear()
        assert (await update(client, mover, name="new"))["status"] == "COMPLETED"
        assert (await shown(client, mover))["name"] == "new"


async def test_two_operations_share_neither_a_mover_nor_a_name(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        mover, other = await made(client), await made(client, name="other")
        aws.interceptor.add(Fault("UpdateTask", "gate"))
        given = {"mover": mover, "name": "new"}
        first = (await ask(client, UPDATE, input=given))["updateMover"]["operation"]["id"]
        for taken, busy in ((mover, "x"), (other, "new")):
            code, path = await rejected(client, taken, name=busy)
            assert code == ("CONFLICT" if taken == mover else "NAME_TAKEN"), path
        for name in ("one", "new"):
            gone = await client.delete(f"/v1/datasync/{LAB}/movers/g/{name}")
            assert gone.status_code == 409, name
        aws.interceptor.clear()
        assert (await ended(client, first))["status"] == "COMPLETED"
        assert (await update(client, other, name="one"))["status"] == "COMPLETED"


async def test_of_a_mover_that_the_server_has_not_made_only_the_task_is_tagged(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    role = aws.role(
        LAB, "r", service="datasync.amazonaws.com", bucket=f"from-{LAB}", path=f"/spinup/{ORG}/g/"
    )
    task = by_hand("g", (role, role))
    find = f'{{ mover(account: "{LAB}", group: "g", name: "one") {{ id }} }}'
    async with serving(tmp_path) as client:
        mover = (await ask(client, find))["mover"]["id"]
        done = await update(client, mover, tags=[{"key": "a", "value": "1"}])
        assert done["status"] == "COMPLETED"
    assert decode(mover) == ("Mover", task.arn)
    assert backend().tasks[task.arn].tags["a"] == "1"
    assert not any("a" in each.tags for each in backend().locations.values())
