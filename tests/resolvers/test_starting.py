"""Starts with overrides, through the whole server: for that run alone, and once per key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.sandbox import Sandbox
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from tests.operations.by_hand import backend
from tests.world import LAB, ask, furnish, made, serving

START = """mutation($input: StartMoverInput!) { startMover(input: $input) {
  run { id includes excludes options { transferMode logLevel verifyMode } }
  mover { includes options { transferMode } } errors { code message path } } }"""


@pytest.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    furnish(aws, LAB, a=b"1", b=b"2")
    aws.set_pace(launch=0, phase=0, per_object=0, listing=0, verifying=0)
    async with serving(tmp_path) as client:
        yield client


async def start(client: httpx.AsyncClient, mover: str, **given: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(client, START, input={"mover": mover, **given}))[
        "startMover"
    ]
    return payload


async def test_a_run_has_its_overrides_and_the_mover_has_not(
    client: httpx.AsyncClient, aws: Sandbox
) -> None:
    mover = await made(client)
    overrides = {
        "options": {"transferMode": "ALL", "logLevel": "BASIC"},
        "includes": ["/a"],
        "excludes": ["*.tmp", "/x"],
    }
    found = await start(client, mover, overrides=overrides)
    assert found["errors"] == []
    run = found["run"]
    assert (run["includes"], run["excludes"]) == (["/a"], ["*.tmp", "/x"])
    assert run["options"] == {
        "transferMode": "ALL",
        "logLevel": "BASIC",
        "verifyMode": "ONLY_FILES_TRANSFERRED",
    }
    assert found["mover"] == {"includes": [], "options": {"transferMode": "CHANGED"}}
    aws.settle()
    assert aws.objects(LAB, f"to-{LAB}") == {"a": b"1"}
    again = await start(client, mover)
    assert again["run"]["includes"] == []
    assert again["run"]["options"]["transferMode"] == "CHANGED"


async def test_a_key_starts_once_with_the_same_overrides_and_is_refused_with_others(
    client: httpx.AsyncClient,
) -> None:
    mover = await made(client)
    given: dict[str, Any] = {"idempotencyKey": "k", "overrides": {"options": {"logLevel": "BASIC"}}}
    first = await start(client, mover, **given)
    assert (await start(client, mover, **given))["run"]["id"] == first["run"]["id"]
    tagged = given["overrides"] | {"tags": [{"key": "a", "value": "1"}]}
    for other in (None, {"options": {"logLevel": "TRANSFER"}}, {"includes": ["/a"]}, tagged):
        (error,) = (await start(client, mover, **(given | {"overrides": other})))["errors"]
        assert error["code"] == "CONFLICT"


async def test_what_cannot_be_is_refused_before_anything_is_started(
    client: httpx.AsyncClient, aws: Sandbox
) -> None:
    mover = await made(client)
    for overrides, path in (
        ({"options": {"logLevel": "LOUD"}}, ["options", "logLevel"]),
        ({"includes": ["a"]}, ["includes", "0"]),
        ({"tags": [{"key": "datasync-api:key", "value": "x"}]}, ["tags", "0"]),
        ({"tags": [{"key": "aws:x", "value": "x"}]}, ["tags", "0"]),
        ({"tags": [{"key": str(n), "value": "x"} for n in range(45)]}, ["tags"]),
        (
            {"options": {"preserveDeletedFiles": "REMOVE", "transferMode": "ALL"}},
            ["options", "transferMode"],
        ),
        ({"options": {"atime": "NONE"}}, ["options", "atime"]),
        ({"options": {"posixPermissions": "PRESERVE"}}, ["options", "posixPermissions"]),
    ):
        (error,) = (await start(client, mover, overrides=overrides))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "overrides", *path])
    assert aws.interceptor.counts()["datasync.StartTaskExecution"] == 0


async def test_what_aws_refuses_is_said_in_its_words(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mover = await made(client)

    def refuse(_backend: DataSyncBackend, _params: dict[str, Any]) -> None:
        raise InvalidRequestException("Invalid SyncOption value. Option: Uid.")

    monkeypatch.setattr(DataSyncBackend, "start_task_execution", refuse)
    (error,) = (await start(client, mover, overrides={"options": {"objectTags": "NONE"}}))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "overrides"])
    assert "Invalid SyncOption value" in error["message"]
    (error,) = (await start(client, mover))["errors"]
    assert error["code"] == "CONFLICT"


RERUN = """mutation($run: ID!, $key: String) {
  rerun(input: {run: $run, idempotencyKey: $key}) {
    run { id includes options { transferMode logLevel } } errors { code path message } } }"""
OVERRIDDEN = """mutation($mover: ID!) {
  startMover(input: {
    mover: $mover, overrides: {includes: ["/a"], options: {transferMode: "ALL"}}
  }) {
    run { id } errors { code } } }"""


async def test_a_rerun_has_the_options_and_filters_of_the_run(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, a=b"1")
    aws.set_pace(launch=3_600)
    async with serving(tmp_path) as client:
        mover = await made(client)
        run = (await ask(client, OVERRIDDEN, mover=mover))["startMover"]["run"]["id"]
        busy = (await ask(client, RERUN, run=run))["rerun"]
        assert [error["code"] for error in busy["errors"]] == ["ALREADY_RUNNING"]
        aws.settle()
        (task,) = backend().tasks.values()
        task.options["LogLevel"] = "BASIC"
        again = (await ask(client, RERUN, run=run, key="k"))["rerun"]
        assert again["errors"] == []
        assert again["run"].pop("id") != run
        assert again["run"] == {
            "includes": ["/a"],
            "options": {"transferMode": "ALL", "logLevel": "OFF"},
        }
        aws.settle()
        repeated = (await ask(client, RERUN, run=run, key="k"))["rerun"]
        assert repeated["errors"] == []
        assert aws.interceptor.counts()["datasync.StartTaskExecution"] == 2
        task.settings["Excludes"] = [{"FilterType": "SIMPLE_PATTERN", "Value": "*.tmp"}]
        # The first run is still the answer, though the mover would not allow it any more.
        assert (await ask(client, RERUN, run=run, key="k"))["rerun"] == repeated
        (error,) = (await ask(client, RERUN, run=run))["rerun"]["errors"]
        assert error["code"] == "CONFLICT"
        assert "excludes" in error["message"]
