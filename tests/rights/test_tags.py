"""RESOURCE_CHECK=tag: a resource that is tagged for the mover's group needs no rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from moto.efs.models import efs_backends
from moto.s3.models import s3_backends

from graph.sandbox import Fault, Sandbox
from tests.resolvers.test_scope import told
from tests.rights.lab import (
    ALLOWED,
    EFS,
    EFS_RULES,
    HEADERS,
    RULES,
    START,
    mover,
    s3,
    served_by,
)
from tests.world import CREATE, LAB, ask, ended, tell

TAGGED: list[tuple[dict[str, str] | None, bool]] = [
    ({"spinup:spaceid": "lab"}, True),
    ({"other": "x", "spinup:spaceid": "lab"}, True),
    ({"spinup:spaceid": "lab2"}, False),
    ({"spinup:spaceid": "Lab"}, False),
    ({"spinup:spaceid": "lab:lab2"}, False),
    ({"Spinup:Spaceid": "lab"}, False),
    ({"other": "lab"}, False),
    (None, False),
]


@pytest.mark.parametrize(("tags", "allowed"), TAGGED)
async def test_a_bucket_may_be_allowed_by_its_tag(
    account: Sandbox, tmp_path: Path, tags: dict[str, str] | None, *, allowed: bool
) -> None:
    if tags:
        s3_backends[LAB]["aws"].put_bucket_tagging("shop-payroll", tags)
    async with served_by(tmp_path, resource_check="tag") as client:
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        assert ("errors" not in answer) is allowed, answer
        if allowed:
            operation = await ended(client, answer["data"]["createMover"]["operation"]["id"])
            assert operation["status"] == "COMPLETED", operation
            answer = await tell(client, START, id=operation["mover"]["id"])
            assert answer["data"]["startMover"]["errors"] == []
        else:
            assert told(answer)[0] == "FORBIDDEN"


async def test_tags_count_only_where_they_are_to_be_checked(
    account: Sandbox, tmp_path: Path
) -> None:
    s3_backends[LAB]["aws"].put_bucket_tagging("shop-payroll", {"spinup:spaceid": "lab"})
    async with served_by(tmp_path) as client:
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        assert told(answer)[0] == "FORBIDDEN"
    async with served_by(tmp_path, resource_check="tag") as client:
        client.headers.update(HEADERS["of-key"])  # which is not limited to groups
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        assert told(answer)[0] == "FORBIDDEN"


async def test_tags_that_cannot_be_read_allow_nothing(account: Sandbox, tmp_path: Path) -> None:
    s3_backends[LAB]["aws"].put_bucket_tagging("shop-payroll", {"spinup:spaceid": "lab"})
    account.interceptor.add(Fault("s3.GET", "denied"))
    async with served_by(tmp_path, resource_check="tag") as client:
        answer = await ask(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        (error,) = answer["createMover"]["errors"]
        assert error["code"] == "CONFLICT"
        assert error["path"] == ["input", "source", "s3", "bucketArn"]
        assert "tags cannot be read" in error["message"]


@pytest.mark.parametrize("tag", ["lab", "lab2"])
async def test_a_file_system_may_be_allowed_by_its_tag(
    account: Sandbox, tmp_path: Path, tag: str
) -> None:
    given = efs_backends[LAB]["us-east-1"].create_file_system(
        "token", "generalPurpose", False, "", "bursting", 0, "", False,  # noqa: FBT003
        [{"Key": "spinup:spaceid", "Value": tag}],
    )  # fmt: skip
    source = {"efs": EFS | {"filesystemArn": given.file_system_arn}}
    rules = [*RULES, {"name": "lab", "resources": EFS_RULES[1:]}]
    async with served_by(tmp_path, groups=rules, resource_check="tag") as client:
        answer = await tell(client, CREATE, input=mover(source, ALLOWED))
        assert ("errors" not in answer) is (tag == "lab"), answer
