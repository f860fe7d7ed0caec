"""Errors of payloads: what the caller can correct is data, everything else an error."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph.model import errors
from graph.model.errors import ApiError, Invalid, NotFound
from graph.sandbox import Sandbox
from graph.schema import user_errors
from graph.schema.user_errors import UserErrorCode, user_error
from tests.world import LAB, ask, furnish, made, new_mover, serving

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ApiError)
]
CORRECTABLE = [kind for kind in KINDS if kind.code in UserErrorCode.__members__]
OTHERS = [kind for kind in KINDS if kind not in CORRECTABLE]


def field() -> Any:
    """What a resolver knows of its field and its request."""
    return SimpleNamespace(field_name="startMover", context=SimpleNamespace(failures=Counter()))


def test_every_code_of_a_payload_is_that_of_an_error() -> None:
    assert {kind.code for kind in CORRECTABLE} == UserErrorCode.__members__.keys()


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_what_the_caller_can_correct_is_data_and_counted(kind: type[ApiError]) -> None:
    info = field()
    error = user_error(info, kind("this is wrong", path=("source", "s3")))
    assert (error.code.name, error.message) == (kind.code, "this is wrong")
    assert error.path == ["input", "source", "s3"]
    user_error(info, kind("again"))
    assert info.context.failures == {(kind.code, "startMover"): 2}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_the_caller_cannot_correct_is_raised_again(kind: type[ApiError]) -> None:
    info, error = field(), kind("a failure", path=("mover",))
    with pytest.raises(kind) as raised:
        user_error(info, error, about="mover")
    assert raised.value is error
    assert not info.context.failures


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_only_what_is_wrong_with_the_input_is_blamed_on_a_member(kind: type[ApiError]) -> None:
    blamed = issubclass(kind, Invalid | NotFound)
    assert user_error(field(), kind("m"), about="mover").path == (
        ["input", "mover"] if blamed else None
    )
    assert user_error(field(), kind("m", path=("key",)), about="mover").path == ["input", "key"]
    assert user_error(field(), kind("m")).path is None


TYPES: dict[type[ApiError], type[user_errors.UserError]] = {
    errors.Invalid: user_errors.InvalidInput,
    errors.NameTaken: user_errors.NameTaken,
    errors.AlreadyRunning: user_errors.AlreadyRunning,
}


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_an_error_that_helps_has_a_type_of_its_own(kind: type[ApiError]) -> None:
    assert type(user_error(field(), kind("m"))) is TYPES.get(kind, user_errors.OtherUserError)


CREATE = """mutation($input: CreateMoverInput!) { createMover(input: $input) {
  errors { __typename code message path ... on InvalidInput { reason }
    ... on NameTaken { existing { id name } } } } }"""
ACT = """mutation($id: ID!) { %s(input: {mover: $id}) {
  errors { __typename code ... on AlreadyRunning { run { id status } } } } }"""
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"


async def rejected(client: Any, **changes: Any) -> dict[str, Any]:
    (error,) = (await ask(client, CREATE, input=new_mover() | changes))["createMover"]["errors"]
    return dict(error)


async def test_the_mover_that_has_the_name_comes_with_the_error(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        error = await rejected(client)
    assert (error["__typename"], error["code"]) == ("NameTaken", "NAME_TAKEN")
    assert error["existing"] == {"id": mover, "name": "one"}


async def test_a_name_that_is_being_created_has_no_mover_yet(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    aws.set_pace(creating=1_000)
    async with serving(tmp_path, drain_seconds=0) as client:
        first = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert first["errors"] == []
        error = await rejected(client)
    assert (error["code"], error["path"]) == ("NAME_TAKEN", None)


def wrong(member: str, value: Any) -> dict[str, Any]:
    source: dict[str, Any] = {"s3": {"bucketArn": f"arn:aws:s3:::from-{LAB}"}}
    source["s3"][member] = value
    return {"source": source}


EFS = {
    "filesystemArn": f"arn:aws:elasticfilesystem:us-west-2:{LAB}:file-system/fs-0123456789abcdef0",
    "subnetArn": f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-1",
    "securityGroupArns": [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-1"],
}
TWICE = [{"key": "team", "value": "x"}, {"key": "TEAM", "value": "y"}]
REASONS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"name": "a b"}, "MALFORMED", ["name"]),
    ({"name": ""}, "MISSING", ["name"]),
    ({"name": "x" * 41}, "TOO_LONG", ["name"]),
    ({"account": "22"}, "MALFORMED", ["account"]),
    (wrong("bucketArn", "nonsense"), "MALFORMED", ["source", "s3", "bucketArn"]),
    (wrong("subdirectory", "x" * 5_000), "TOO_LONG", ["source", "s3", "subdirectory"]),
    ({"source": {"efs": EFS}}, "ELSEWHERE", ["source", "efs", "filesystemArn"]),
    ({"tags": [{"key": "aws:x", "value": "y"}]}, "RESERVED", ["tags", "0"]),
    ({"tags": TWICE}, "DUPLICATE", ["tags", "0"]),
    ({"tags": [{"key": f"k{n}", "value": "v"} for n in range(45)]}, "TOO_LONG", ["tags"]),
]


async def test_an_input_that_is_wrong_has_a_reason_and_a_path(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        for changes, reason, path in REASONS:
            error = await rejected(client, **changes)
            assert error["__typename"] == "InvalidInput", error
            assert (error["reason"], error["path"]) == (reason, ["input", *path]), error


async def test_the_run_that_is_active_comes_with_the_error(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    aws.set_pace(launch=1_000)
    async with serving(tmp_path) as client:
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        for action in ("startMover", "deleteMover"):
            (error,) = (await ask(client, ACT % action, id=mover))[action]["errors"]
            assert error == {
                "__typename": "AlreadyRunning",
                "code": "ALREADY_RUNNING",
                "run": {"id": run, "status": "LAUNCHING"},
            }, action


async def test_other_errors_have_the_members_of_all(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        (error,) = (await ask(client, ACT % "stopMover", id=mover))["stopMover"]["errors"]
    assert error == {"__typename": "OtherUserError", "code": "NOT_RUNNING"}
