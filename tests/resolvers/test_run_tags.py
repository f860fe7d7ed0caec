"""Tags of runs: given at the start, shown, kept by a rerun, and replaced but for our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from graph.model.mover import KEY_TAG
from graph.sandbox import Sandbox
from graph.schema.ids import decode
from tests.operations.by_hand import backend
from tests.world import LAB, ask, furnish, made, serving

START: Final = """mutation($mover: ID!, $tags: [TagInput!]) {
  startMover(input: {mover: $mover, overrides: {tags: $tags}}) {
    run { id tags { key value } } errors { code } } }"""
RERUN: Final = """mutation($run: ID!) { rerun(input: {run: $run}) {
  run { id tags { key value } } errors { code } } }"""
SET: Final = """mutation($run: ID!, $tags: [TagInput!]!) {
  setRunTags(input: {run: $run, tags: $tags}) {
    run { tags { key value } } errors { code path } } }"""
A: Final = [{"key": "a", "value": "1"}]


@pytest.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=0, phase=0, per_object=0, listing=0, verifying=0)
    async with serving(tmp_path) as client:
        yield client


def carried(run: str) -> dict[str, str]:
    return dict(backend().executions[decode(run)[1]].tags)


async def change(client: httpx.AsyncClient, run: str, tags: Any) -> Any:
    return (await ask(client, SET, run=run, tags=tags))["setRunTags"]


async def test_a_run_has_the_tags_of_its_start_and_so_has_a_rerun(
    client: httpx.AsyncClient, aws: Sandbox
) -> None:
    mover = await made(client, name="one")
    started = (await ask(client, START, mover=mover, tags=A))["startMover"]
    assert (started["errors"], started["run"]["tags"]) == ([], A)
    assert carried(started["run"]["id"]).keys() == {"a", KEY_TAG}
    aws.settle()
    again = (await ask(client, RERUN, run=started["run"]["id"]))["rerun"]
    assert again["run"]["tags"] == A
    aws.settle()
    plain = (await ask(client, START, mover=mover))["startMover"]
    assert plain["run"]["tags"] == []


async def test_tags_are_replaced_but_for_those_of_the_server(
    client: httpx.AsyncClient, aws: Sandbox
) -> None:
    run = (await ask(client, START, mover=await made(client), tags=A))["startMover"]["run"]["id"]
    aws.settle()
    mark = carried(run)[KEY_TAG]
    wanted = [{"key": "b", "value": "2"}, {"key": "C", "value": "3"}, {"key": "c", "value": "4"}]
    found = await change(client, run, wanted)
    assert (found["errors"], found["run"]["tags"]) == ([], wanted)
    assert carried(run) == {KEY_TAG: mark, "b": "2", "C": "3", "c": "4"}
    aws.interceptor.forget_calls()
    assert (await change(client, run, wanted))["errors"] == []
    assert aws.interceptor.counts()["datasync.TagResource"] == 0
    assert (await change(client, run, []))["run"]["tags"] == []
    assert carried(run) == {KEY_TAG: mark}


async def test_what_no_run_can_have_is_rejected(client: httpx.AsyncClient, aws: Sandbox) -> None:
    run = (await ask(client, START, mover=await made(client), tags=A))["startMover"]["run"]["id"]
    before = carried(run)
    for tags, path in (
        ([{"key": KEY_TAG, "value": "x"}], ["tags", "0"]),
        ([{"key": "AWS:x", "value": "x"}], ["tags", "0"]),
        ([*A, {"key": "\u00e9", "value": "x"}], ["tags", "1"]),
        ([*A, *A], ["tags", "0"]),
        ([{"key": str(n), "value": "x"} for n in range(45)], ["tags"]),
    ):
        (error,) = (await change(client, run, tags))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", *path]), tags
    assert carried(run) == before
