"""Global ids of every type: each names its type and the key that finds the object again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import location, mover, operation, run
from graph.schema import BEHIND_INTERFACES
from graph.schema.aws_locations import S3Location
from graph.schema.ids import decode
from graph.schema.location import Location
from graph.schema.locations import OtherLocation
from graph.schema.node import Node
from graph.schema.nodes import Account, Group, Mover, Run
from graph.schema.operations import Operation
from tests.schema.execution import select

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT = mover.Account("222222222222", "us-east-1")
TASK = "arn:aws:datasync:us-east-1:222222222222:task/task-0123456789abcdef0"
RUN = f"{TASK}/execution/exec-0123456789abcdef0"
PLACE = "arn:aws:datasync:us-east-1:222222222222:location/loc-0123456789abcdef0"


def a_location(kind: str) -> location.Location:
    return location.Location(arn=PLACE, kind=kind, uri="s3://b/", created_at=None, described={})


NODES: list[tuple[Node, str, str]] = [
    (Account(value=ACCOUNT), "Account", "222222222222"),
    (Group(value=mover.Group(ACCOUNT, "g")), "Group", "222222222222:g"),
    (
        Mover(
            value=mover.Mover(
                account=ACCOUNT, task_arn=TASK, name="one", status="X", mode="BASIC", tags=()
            )
        ),
        "Mover",
        TASK,
    ),
    (
        Run(
            value=run.Run(
                run_arn=RUN,
                status="SUCCESS",
                mode="BASIC",
                requested_at=None,
                launched_at=None,
                ended_at=None,
                counters=run.Counters(),
                result=None,
                options={},
                described={},
            )
        ),
        "Run",
        RUN,
    ),
    (S3Location(value=a_location("S3")), "Location", PLACE),
    (OtherLocation(value=a_location("NEW")), "Location", PLACE),
    (
        Operation(
            value=operation.Operation(
                id="0b2e",
                kind=operation.OperationKind.CREATE_MOVER,
                status=operation.OperationStatus.CREATED,
                account_id="222222222222",
                group="g",
                mover_name="one",
                task_arn=None,
                events=(),
                failure=None,
                requested_by="me",
                created_at=NOW,
                updated_at=NOW,
                ended_at=None,
            )
        ),
        "Operation",
        "0b2e",
    ),
]


@pytest.mark.parametrize(("node", "kind", "key"), NODES, ids=lambda part: type(part).__name__)
async def test_an_id_names_the_type_and_the_key(node: Any, kind: str, key: str) -> None:
    it = await select(Node, node, "{ __typename id }")
    assert it["__typename"] == type(node).__name__
    assert decode(it["id"]) == (kind, key)


def test_every_type_that_is_reached_through_node_is_tested_here() -> None:
    nodes = {kind for kind in BEHIND_INTERFACES if issubclass(kind, Node)}
    direct = {kind for kind in nodes if not issubclass(kind, Location)}
    assert {type(node) for node, _, _ in NODES} >= direct


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1))
def test_a_group_of_any_name_is_found_by_its_id(name: str) -> None:
    kind, key = decode(Group(value=mover.Group(ACCOUNT, name)).id())
    assert (kind, key.partition(":")[2]) == ("Group", name)


def test_a_type_without_a_key_has_no_id() -> None:
    class Keyless(Node):
        pass

    with pytest.raises(NotImplementedError):
        Keyless(value=None).key()
