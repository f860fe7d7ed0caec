"""Every change on every API leaves a record, whether accepted, refused or failed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.app import graphql_schema
from graph.model.audit import (
    AuditAction,
)
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import decode
from rest_compat.routes import PATHS
from tests import leftover
from tests.audited import (
    ADMIN,
    MUTATIONS,
    REFUSED,
    REST,
    TOKENS,
    TRANSPORTS,
    Lab,
    document,
    opened_lab,
    read,
)
from tests.world import (
    LAB,
    ask,
    ended,
)


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened_lab(aws, tmp_path) as opened:
        yield opened


def test_the_tables_of_this_test_name_every_write() -> None:
    fields: Any = graphql_schema().core.mutation_type
    assert {field for field, _, _ in MUTATIONS.values()} == set(fields.fields)
    assert MUTATIONS.keys() == AuditAction.known_values()
    writes = {m for methods in PATHS.values() for m in methods if m not in ("GET", "*")}
    assert writes == {method for method, _ in REST.values()}


@pytest.mark.parametrize("name", TRANSPORTS)
async def test_a_change_that_is_refused_or_fails_is_recorded(
    lab: Lab, aws: Sandbox, name: str
) -> None:
    send, surface = TRANSPORTS[name]
    actions = REST if name == "rest" else MUTATIONS
    for key, codes in REFUSED.items():
        for action in actions.keys() & codes.keys():
            await send(lab, key, action)
            last = (await lab.fresh())[-1]
            assert shown(last) == ("REFUSED", action, key, surface.value, codes[action])
    aws.interceptor.add(Fault("datasync.*", "denied", count=10_000))
    for action in actions:
        await send(lab, ADMIN, action)
        first, last = await lab.fresh()
        assert shown(first) == ("REQUESTED", action, ADMIN, surface.value, None)
        assert shown(last) == ("FAILED", action, ADMIN, surface.value, "ACCESS_DENIED")
        assert first["attempt"] == last["attempt"]


@pytest.mark.parametrize("name", TRANSPORTS)
async def test_an_accepted_change_is_recorded_with_what_it_led_to(
    lab: Lab, aws: Sandbox, name: str
) -> None:
    send, surface = TRANSPORTS[name]
    task = decode(lab.mover)[1]

    async def accepted(action: str) -> dict[str, Any]:
        await send(lab, ADMIN, action)
        records = await lab.fresh()
        found: dict[str, Any] = next(r for r in records if r["phase"] == "ACCEPTED")
        assert shown(found) == ("ACCEPTED", action, ADMIN, surface.value, None)
        of_it = [r["phase"] for r in records if r["attempt"] == found["attempt"]]
        assert of_it == ["REQUESTED", "ACCEPTED"]
        assert found["accountId"] == LAB
        return found

    started = await accepted("START_MOVER")
    assert (started["group"], started["moverName"], started["taskArn"]) == ("g", "one", task)
    assert started["runArn"].startswith(f"{task}/execution/")
    assert (await accepted("STOP_MOVER"))["runArn"] == started["runArn"]
    aws.settle()
    if name != "rest":
        orphan = leftover.role("lost")
        assert (await accepted("PREVIEW_ORPHANS"))["resources"] == []
        assert (await accepted("CLEAN_ORPHANS"))["resources"] == [orphan]
    created = await accepted("CREATE_MOVER")
    assert (created["group"], created["moverName"]) == ("g", "two")
    await end_of(lab, created["operationId"])
    deleted = await accepted("DELETE_MOVER")
    assert (deleted["group"], deleted["moverName"], deleted["taskArn"]) == ("g", "one", task)
    await end_of(lab, deleted["operationId"])
    ends = await read(lab.client, filter={"phase": "COMPLETED", "group": "g"})
    assert [(end["action"], end["moverName"], end["key"]) for end in ends] == [
        ("CREATE_MOVER", "one", ADMIN),
        ("CREATE_MOVER", "two", ADMIN),
        ("DELETE_MOVER", "one", ADMIN),
    ]
    assert [end["operationId"] for end in ends[1:]] == [
        created["operationId"],
        deleted["operationId"],
    ]
    assert sorted(arn.split(":")[2] for arn in ends[-1]["resources"]) == [
        "datasync",
        "datasync",
        "iam",
        "iam",
    ]


async def test_an_accepted_update_is_recorded_with_its_end(lab: Lab) -> None:
    await TRANSPORTS["http"][0](lab, ADMIN, "UPDATE_MOVER")
    first, accepted = await lab.fresh()
    assert [first["phase"], accepted["phase"]] == ["REQUESTED", "ACCEPTED"]
    assert (accepted["moverName"], accepted["taskArn"]) == ("one", decode(lab.mover)[1])
    await end_of(lab, accepted["operationId"])
    (end,) = await lab.fresh()
    assert shown(end) == ("COMPLETED", "UPDATE_MOVER", ADMIN, None, None)
    assert end["operationId"] == accepted["operationId"]


@pytest.mark.parametrize("name", TRANSPORTS)
async def test_the_resources_of_a_change_are_recorded(lab: Lab, aws: Sandbox, name: str) -> None:
    """What a create names, the locations of an existing mover, and what operations have made."""
    send, _ = TRANSPORTS[name]
    named, operations = {}, []
    for action in REST:
        if action == "DELETE_MOVER":
            aws.settle()
        await send(lab, ADMIN, action)
        accepted = next(each for each in await lab.fresh() if each["phase"] == "ACCEPTED")
        named[action] = accepted["resources"]
        if action == "START_MOVER":
            assert accepted["resources"] == await ends_of(lab)
        if accepted["operationId"]:
            operations.append(accepted["operationId"])
            await end_of(lab, accepted["operationId"])
    assert named["CREATE_MOVER"] == [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]
    assert named["START_MOVER"] == named["STOP_MOVER"] == named["DELETE_MOVER"]
    ends = await read(lab.client, filter={"phase": "COMPLETED", "group": "g"})
    for end in ends:
        services = sorted(arn.split(":")[2] for arn in end["resources"])
        assert services == ["datasync", "datasync", "iam", "iam"]
    made, other, gone = (set(end["resources"]) for end in ends)
    assert made == gone
    assert not made & other
    assert set(named["START_MOVER"]) < made
    assert [end["operationId"] for end in ends[1:]] == operations


async def ends_of(lab: Lab) -> list[str]:
    """The ARNs of the mover's locations, source first."""
    query = """query($id: ID!) { node(id: $id) {
      ... on Mover { source { arn } destination { arn } }
    } }"""
    mover = (await ask(lab.client, query, id=lab.mover))["node"]
    return [mover["source"]["arn"], mover["destination"]["arn"]]


async def test_a_create_of_foreign_storage_names_it_though_it_is_refused(lab: Lab) -> None:
    """The key may write in its group, and no rule gives it the buckets."""
    body = document(lab, "CREATE_MOVER")
    body["variables"]["input"]["group"] = "h"
    headers = {"X-Auth-Token": TOKENS["of-h"]}
    await lab.client.post("/graphql", json=body, headers=headers)
    _, refused = await lab.fresh()
    assert shown(refused) == ("REFUSED", "CREATE_MOVER", "of-h", "GRAPHQL", "FORBIDDEN")
    assert refused["resources"] == [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]


def shown(record: dict[str, Any]) -> tuple[Any, ...]:
    names = ("phase", "action", "key", "surface", "errorCode")
    return tuple(record[name] for name in names)


async def end_of(lab: Lab, operation_id: str) -> None:
    query = """query($filter: AuditFilter) { audit(filter: $filter) { nodes { phase } } }"""
    async with asyncio.timeout(30):
        while True:
            wanted = {"operationId": operation_id}
            nodes = (await ask(lab.client, query, filter=wanted))["audit"]["nodes"]
            if {"phase": "COMPLETED"} in nodes:
                return


async def test_an_operation_that_fails_later_is_recorded_for_whoever_asked_for_it(
    lab: Lab, aws: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="graph.audit")
    aws.interceptor.add(Fault("CreateTask", "denied", count=10_000))
    headers = {"X-Forwarded-User": "ann", "X-Request-Id": "ignored"}
    body = document(lab, "CREATE_MOVER")
    response = await lab.client.post("/graphql", json=body, headers=headers)
    operation = response.json()["data"]["createMover"]["operation"]["id"]
    assert (await ended(lab.client, operation))["status"] == "FAILED"
    requested, accepted, failed = await lab.fresh()
    for record in (requested, accepted, failed):
        assert (record["key"], record["onBehalfOf"]) == (ADMIN, "ann")
    assert requested["requestId"] == accepted["requestId"] == response.headers["X-Request-Id"]
    assert accepted["peer"] == "127.0.0.1"
    assert (failed["phase"], failed["errorCode"]) == ("FAILED", "ACCESS_DENIED")
    assert failed["operationId"] == accepted["operationId"]
    lines = [record.getMessage() for record in caplog.records if record.name == "graph.audit"]
    assert [line.split()[0] for line in lines] == ["audit=ACCEPTED", "audit=FAILED"]
    assert f"on_behalf_of=ann request_id={accepted['requestId']}" in lines[0]


OF_A_MOVER = REFUSED["of-h"].keys() - {"CREATE_MOVER"}


async def test_an_attempt_on_a_mover_of_another_group_is_shown_to_the_auditors_of_the_group(
    lab: Lab,
) -> None:
    for action in sorted(OF_A_MOVER):
        await TRANSPORTS["http"][0](lab, "of-h", action)
        _, refused = await lab.fresh()
        assert shown(refused) == ("REFUSED", action, "of-h", "GRAPHQL", "NOT_FOUND")
        assert (refused["accountId"], refused["group"]) == (LAB, "g")
        headers = {"X-Auth-Token": TOKENS["auditor"]}
        query = "{ audit(first: 1) { nodes { key action group moverName } } }"
        answer = await lab.client.post("/graphql", json={"query": query}, headers=headers)
        name = None if action == "UPDATE_LOCATION" else "one"  # a location may have several movers
        assert answer.json()["data"]["audit"]["nodes"] == [
            {"key": "of-h", "action": action, "group": "g", "moverName": name}
        ]


@pytest.mark.parametrize(("dry_run", "count"), [(True, 3), (False, 21), (False, 1_001)])
async def test_a_cleanup_that_removes_nothing_is_recorded_with_what_it_aimed_at(
    lab: Lab, *, dry_run: bool, count: int
) -> None:
    query = """mutation($input: CleanOrphansInput!) {
      cleanOrphans(input: $input) { failures { arn } errors { code } }
    }"""
    arns = [f"arn:aws:iam::{LAB}:role/r{n}" for n in range(count)]
    await ask(lab.client, query, input={"account": LAB, "arns": arns, "dryRun": dry_run})
    requested, outcome = await lab.fresh()
    assert requested["phase"] == "REQUESTED"
    assert outcome["phase"] == ("REFUSED" if count > 1_000 else "ACCEPTED")
    assert requested["resources"] == outcome["resources"] == arns[:20]
