"""What each of many callers sees is what its rights allow, whatever way it asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from graph.transport.execution.sharing import SharedOperation
from tests import leftover
from tests.rights.crowd import (
    FOLLOW_RUN,
    VERBS,
    Caller,
    Thing,
    World,
    add_mover,
    events,
    random_callers,
)
from tests.world import LAB, OTHER, ask, furnish, serving

QUERY = """query($ids: [ID!]!) {
  viewer { mayRun mayWrite mayClean }
  nodes(ids: $ids) { id ... on Mover { viewerCan { stop delete update } } }
  operations(first: 100) { nodes { id } }
  a: account(id: "%s") { ...Lists }
  b: account(id: "%s") { ...Lists }
  %s
}
fragment Lists on Account {
  movers { totalCount nodes { id runs { nodes { id } } } }
  ordered: movers(orderBy: {field: CREATED_AT, direction: DESC}) { nodes { id } }
  runs { nodes { id } }
  summary { movers }
  groups { nodes { id } }
  g: group(name: "g") { ...Group }
  h: group(name: "h") { ...Group }
}
fragment Group on Group {
  movers { nodes { id } }
  ordered: movers(orderBy: {field: NAME, direction: DESC}) { nodes { id } }
  runs { nodes { id } }
  summary { movers }
}"""
FOLLOW_OPERATION = """subscription($id: ID!) { operationProgress(operation: $id) {
  id requestedBy mover { id } group { movers { nodes { id } } } } }"""


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """Movers of two groups in two accounts, one of which has lost its group, and orphans."""
    for account in (LAB, OTHER):
        furnish(aws, account, a=b"1")
    aws.set_pace(launch=0, phase=0)
    for group in ("g", "h"):
        leftover.location(leftover.role(f"left-{group}", group), leftover.tags(group))
    callers = random_callers()
    tables = [caller.table for caller in callers]
    given = {"keys": tables, "accounts": (LAB, OTHER), "orphan_minutes": 1e-9}
    async with serving(tmp_path, **given) as client:
        world = World(client, callers)
        for account, group, name in ((LAB, "g", "a"), (LAB, "h", "b"), (OTHER, "g", "c")):
            await add_mover(world, account, group, group, name)
        await add_mover(world, LAB, "h", None, "d")
        yield world


@pytest.mark.timeout(900)  # many callers
async def test_graphql_shows_each_caller_what_its_rights_allow(world: World) -> None:
    things = [*world.movers, *world.runs, *world.locations, *world.operations]
    named = " ".join(
        f'm{n}: mover(account: "{m.account}", group: "{m.group}", name: "{m.name}") {{ id }}'
        for n, m in enumerate(world.movers)
    )
    query = QUERY % (LAB, OTHER, named)
    groups = {pair: encode("Group", ":".join(pair)) for pair in world.groups}
    ids = [t.id for t in things] + list(groups.values())
    for caller, answer in await world.each(lambda c: world.tell(c, query, ids=ids)):
        data = answer["data"]
        seen_groups = {g for pair, g in groups.items() if caller.sees(Thing("", *pair))}
        check_verbs(world, caller, data)
        shown = {node["id"] for node in data["nodes"] if node}
        assert shown == caller.ids(things) | seen_groups, caller
        listed = {node["id"] for node in data["operations"]["nodes"]}
        assert listed == caller.ids(world.operations), caller
        for n, mover in enumerate(world.movers):
            named_id = mover.id if caller.sees(mover) and mover.group else None
            assert (data[f"m{n}"] or {}).get("id") == named_id, caller
        for alias, account in (("a", LAB), ("b", OTHER)):
            check_account(world, caller, account, data[alias], groups)
        assert "errors" not in answer, caller  # what is hidden is as if it did not exist


def check_verbs(world: World, caller: Caller, data: Any) -> None:
    somewhere = {f"may{verb.title()}": caller.may_somewhere(verb) for verb in VERBS[1:]}
    assert data["viewer"] == somewhere, caller
    permissions = {node["id"]: node.get("viewerCan") for node in data["nodes"] if node}
    for mover in world.movers:
        if caller.sees(mover):
            writes = caller.may("write", mover)
            expected = {"stop": caller.may("run", mover), "delete": writes, "update": writes}
            assert permissions[mover.id] == expected, (caller, mover)


def check_account(
    world: World, caller: Caller, account: str, shown: Any, groups: Mapping[tuple[str, str], str]
) -> None:
    if not caller.sees_account(account):
        assert shown is None
        return
    movers = shown["movers"]["nodes"]
    expected = caller.ids(world.movers, account)
    assert {mover["id"] for mover in movers} == expected
    assert shown["movers"]["totalCount"] == len(expected)
    assert ids_of(shown["ordered"]) == expected
    assert shown["summary"]["movers"] == len(expected)
    of_movers = {run["id"] for mover in movers for run in mover["runs"]["nodes"]}
    assert of_movers == ids_of(shown["runs"]) == caller.ids(world.runs, account)
    of_account = {g for pair, g in groups.items() if pair[0] == account}
    seen = {g for pair, g in groups.items() if caller.sees(Thing("", *pair))}
    assert {group["id"] for group in shown["groups"]["nodes"]} == of_account & seen
    for name in ("g", "h"):
        mine = {m.id for m in world.movers if (m.account, m.group) == (account, name)}
        if shown[name] is None:
            assert not mine & expected, caller
            continue
        assert ids_of(shown[name]["movers"]) == ids_of(shown[name]["ordered"]) == mine & expected
        assert shown[name]["summary"]["movers"] == len(mine & expected)
        runs = {r.id for r in world.runs if (r.account, r.group) == (account, name)}
        assert ids_of(shown[name]["runs"]) == runs & caller.ids(world.runs), caller


def ids_of(connection: Any) -> set[str]:
    return {node["id"] for node in connection["nodes"]}


@pytest.mark.timeout(900)
async def test_rest_shows_each_caller_what_its_rights_allow(world: World) -> None:
    lists = {(account, group) for account in (LAB, OTHER) for group in (None, "g", "h")}

    async def get(caller: Caller, path: str) -> httpx.Response:
        return await world.client.get(f"/v1/datasync/{path}", headers=caller.headers)

    async def answers(caller: Caller) -> tuple[list[httpx.Response], list[list[httpx.Response]]]:
        listed = [await get(caller, list_path(*each)) for each in sorted(lists, key=str)]
        return listed, [[await get(caller, p) for p in mover_paths(m)] for m in world.movers]

    for caller, (listed, shown) in await world.each(answers):
        for (account, group), response in zip(sorted(lists, key=str), listed, strict=True):
            if not caller.sees_account(account):
                assert response.status_code == 404, (caller, account)
                continue
            mine = [m for m in world.movers if m.account == account and caller.sees(m)]
            names = {mover.name for mover in mine if group in (None, mover.group)}
            assert {str(each).rpartition("/")[2] for each in response.json()} == names, caller
        for mover, responses in zip(world.movers, shown, strict=True):
            expected = 200 if caller.sees(mover) and mover.group else 404
            assert [each.status_code for each in responses] == [expected] * 3, (caller, mover)


def list_path(account: str, group: str | None) -> str:
    return f"{account}/movers/{group}" if group else f"{account}/movers"


def mover_paths(mover: Thing) -> list[str]:
    one = f"{mover.account}/movers/{mover.group}/{mover.name}"
    return [one, f"{one}/runs", f"{one}/runs/{mover.run}"]


@pytest.mark.timeout(900)
async def test_shared_streams_show_each_caller_what_its_own_would(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = [(FOLLOW_RUN, run) for run in world.runs]
    followed += [(FOLLOW_OPERATION, operation) for operation in world.operations]

    async def streams(caller: Caller) -> list[list[Any]]:
        each = (events(world.client, query, t.id, caller.headers) for query, t in followed)
        return list(await asyncio.gather(*each))

    shared = await world.each(streams)
    with monkeypatch.context() as patched:
        patched.setattr(SharedOperation, "key", property(lambda _: object()))
        alone = await world.each(streams)
    assert shared == alone
    for caller, found in shared:
        for (_, thing), frames in zip(followed, found, strict=True):
            data = frames[-1].get("data")
            if not caller.sees(thing):
                assert [error["extensions"]["code"] for error in frames[0]["errors"]] == [
                    "NOT_FOUND"
                ]
                assert not data
                continue
            assert "errors" not in frames[-1]
            (shown,) = data.values()
            assert (shown.get("run") or shown)["id"] == thing.id
            movers = (shown.get("run") or {}).get("mover", {}).get("account", {}).get("movers")
            if movers:
                listed = {mover["id"] for mover in movers["nodes"]}
                assert listed == caller.ids(world.movers, thing.account)


@pytest.mark.timeout(900)
async def test_the_audit_trail_and_orphans_are_those_of_visible_groups(world: World) -> None:
    audit = "{ audit(first: 100) { nodes { attempt phase accountId group } } }"
    orphans = f'{{ account(id: "{LAB}") {{ orphans {{ arn group }} }} }}'
    records = (await ask(world.client, audit))["audit"]["nodes"]
    left = (await ask(world.client, orphans))["account"]["orphans"]
    assert {record["group"] for record in records} >= {"g", "h"}
    assert {orphan["group"] for orphan in left} == {"g", "h"}

    for caller, answer in await world.each(lambda c: world.tell(c, audit)):
        if not caller.audit:
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
            continue
        mine = [r for r in records if caller.sees(Thing("", r["accountId"], r["group"]))]
        assert answer["data"]["audit"]["nodes"] == mine, caller
    for caller, answer in await world.each(lambda c: world.tell(c, orphans)):
        if not caller.sees_account(LAB):
            assert answer == {"data": {"account": None}}
        elif not caller.may_somewhere("clean"):
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        else:
            mine = [o for o in left if caller.may("clean", Thing("", LAB, o["group"]))]
            assert answer["data"]["account"]["orphans"] == mine, caller
