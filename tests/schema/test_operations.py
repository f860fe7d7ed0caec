"""Operations over GraphQL: listed page by page, filtered, shown with their mover and group."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode_cursor
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover, serving, tell

PAGE = """
query(
  $filter: OperationFilter, $first: Int = 25, $after: String, $last: Int, $before: String
) {
  operations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      id kind status moverName failure { message } requestedBy createdAt endedAt
      account { accountId } group { name } mover { name } events { at message }
    }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


async def test_operations_are_listed_page_by_page(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        for name in ("one", "two", "three"):
            await made(client, name=name)
        first = (await ask(client, PAGE, first=2))["operations"]
        assert [node["moverName"] for node in first["nodes"]] == ["three", "two"]
        assert first["pageInfo"]["hasNextPage"]
        assert not first["pageInfo"]["hasPreviousPage"]
        assert first["pageInfo"]["endCursor"] == first["edges"][1]["cursor"]
        rest = (await ask(client, PAGE, first=2, after=first["edges"][1]["cursor"]))["operations"]
        assert [node["moverName"] for node in rest["nodes"]] == ["one"]
        assert not rest["pageInfo"]["hasNextPage"]
        assert rest["pageInfo"]["hasPreviousPage"]
        shown = rest["nodes"][0]
        last = (await ask(client, PAGE, last=2))["operations"]
        assert [node["moverName"] for node in last["nodes"]] == ["two", "one"]
        assert last["pageInfo"]["hasPreviousPage"]
        assert not last["pageInfo"]["hasNextPage"]
        cursor = last["edges"][0]["cursor"]
        top = (await ask(client, PAGE, first=2, before=cursor))["operations"]
        assert [node["moverName"] for node in top["nodes"]] == ["three"]
        assert top["pageInfo"]["hasNextPage"]
        assert not top["pageInfo"]["hasPreviousPage"]
    assert (shown["kind"], shown["status"], shown["failure"]) == (
        "CREATE_MOVER",
        "COMPLETED",
        None,
    )
    assert (shown["account"], shown["group"]) == ({"accountId": LAB}, {"name": "g"})
    assert (shown["mover"], shown["requestedBy"]) == ({"name": "one"}, "default")
    assert shown["events"][0]["message"] == "requested creation of source location"
    times = [shown["createdAt"], *(event["at"] for event in shown["events"])]
    assert times == sorted(times)


async def test_operations_are_filtered(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client, name="one")
        bad = new_mover("two", group="h")
        bad["source"]["s3"]["bucketArn"] = "arn:aws:s3:::is-not-there"
        operation = (await ask(client, CREATE, input=bad))["createMover"]["operation"]
        failed = await ended(client, operation["id"])
        assert failed["status"] == "FAILED"
        for wanted, found in (
            ({"status": "FAILED"}, ["two"]),
            ({"status": "COMPLETED", "kind": "CREATE_MOVER"}, ["one"]),
            ({"kind": "DELETE_MOVER"}, []),
            ({"group": "h"}, ["two"]),
            ({"moverName": "one", "account": LAB}, ["one"]),
            ({"account": "999999999999"}, []),
            ({"group": "\u00fc" * 256}, []),
        ):
            page = (await ask(client, PAGE, filter=wanted))["operations"]
            assert [node["moverName"] for node in page["nodes"]] == found, wanted
        page = (await ask(client, PAGE, filter={"group": "h"}))["operations"]
        assert "is-not-there" in page["nodes"][0]["failure"]["message"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first": -1}, "'first' must be between 0 and 100, not -1"),
        ({"first": 101}, "'first' must be between 0 and 100, not 101"),
        ({"after": "?"}, "not a cursor"),
        ({"after": encode_cursor("operations", "nan a")}, "not a cursor"),
        ({"after": encode_cursor("operations", "1.5")}, "not a cursor"),
        ({"after": encode_cursor("operations", "now a")}, "not a cursor"),
        ({"before": "?"}, "'before' is not a cursor"),
        ({"before": encode_cursor("operations", "nan a")}, "'before' is not a cursor"),
        ({"first": 3, "last": 3}, "Give either 'first' or 'last'"),
        ({"last": 101}, "'last' must be between 0 and 100, not 101"),
        ({"filter": {"moverName": "a\0"}}, "'moverName' must be at most 256 printable"),
        ({"filter": {"group": "g" * 257}}, "'group' must be at most 256 printable"),
    ],
)
async def test_what_no_page_can_be_made_of_is_invalid(
    aws: Sandbox, tmp_path: Path, given: dict[str, object], said: str
) -> None:
    async with serving(tmp_path) as client:
        answer = await tell(client, PAGE, **given)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert said in error["message"]
    assert answer["data"] == {"operations": None}


SHOWN = """query($id: ID!) { operation(id: $id) { status moverId mover { id }
  failure { code message step retryable } events { id level at message } } }"""
DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"


async def test_a_failure_says_what_failed_and_is_the_last_event(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    bad = new_mover()
    bad["source"]["s3"]["bucketArn"] = "arn:aws:s3:::is-not-there"
    async with serving(tmp_path) as client:
        operation = (await ask(client, CREATE, input=bad))["createMover"]["operation"]
        failed = await ended(client, operation["id"], SHOWN)
    failure = failed["failure"]
    assert failure.pop("message") == failed["events"][-1]["message"]
    assert failure == {"code": "INVALID", "step": "SOURCE", "retryable": False}
    levels = [event["level"] for event in failed["events"]]
    assert levels == ["INFO"] * (len(levels) - 1) + ["ERROR"]
    assert failed["moverId"] is None


async def test_a_delete_that_fails_says_at_which_step(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        for name, fault, step in (
            ("one", "DeleteTask", "TASK"),
            ("two", "DeleteLocation", "LOCATIONS"),
            ("three", "DeleteRole", "ROLES"),
        ):
            mover = await made(client, name=name)
            aws.interceptor.add(Fault(fault, "denied", count=100))
            operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]
            failed = await ended(client, operation["id"], SHOWN)
            aws.interceptor.clear()
            assert failed["failure"]["step"] == step
            assert failed["failure"]["code"] in ("ACCESS_DENIED", "CONFLICT")
            assert failed["moverId"] == mover


async def test_the_id_of_a_mover_survives_its_deletion(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]
        done = await ended(client, operation["id"], SHOWN)
        again = (await ask(client, SHOWN, id=operation["id"]))["operation"]
    assert (done["status"], done["mover"], done["moverId"]) == ("COMPLETED", None, mover)
    assert done["failure"] is None
    assert {event["level"] for event in done["events"]} == {"INFO"}
    ids = [event["id"] for event in done["events"]]
    assert len(set(ids)) == len(ids) > 1
    assert [event["id"] for event in again["events"]] == ids
