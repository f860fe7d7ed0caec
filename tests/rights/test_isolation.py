"""A key that is limited to groups uses the resources that a rule allows, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.efs.models import efs_backends
from moto.s3.models import s3_backends

from graph.auth import token_for
from graph.sandbox import Fault, Sandbox
from tests.operations.crash import left
from tests.resolvers.test_scope import told
from tests.world import CREATE, LAB, OTHER, ask, ended, furnish, serving, tell

BUCKETS = ("lab-in", "lab-out", "lab", "labx", "shop-payroll", "shared")
HEADERS = {
    name: {"X-Auth-Token": token_for(f"key of {name}", 4)}
    for name in ("lab", "everything", "of-key")
}
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
EFS: dict[str, Any] = {
    "filesystemArn": f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/fs-0123abcd",
    "subnetArn": f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-0a",
    "securityGroupArns": [f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-0b"],
}
EFS_RULES: list[str] = [EFS["filesystemArn"], EFS["subnetArn"], *EFS["securityGroupArns"]]


def keys(lab: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """A key of group lab, one that may use everything, and one without groups but with rules."""
    rights: dict[str, dict[str, Any]] = {
        "lab": {"groups": ["lab", "lab2"], **(lab or {})},
        "everything": {},
        "of-key": {"resources": ["arn:aws:s3:::lab-*"]},
    }
    return [
        {"name": name, "key": f"key of {name}", "write": True, **given}
        for name, given in rights.items()
    ]


RULES = [{"name": "lab", "resources": ["arn:aws:s3:::lab-*", "arn:aws:s3:::shared/lab/*"]}]


@asynccontextmanager
async def served_by(folder: Path, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    given: dict[str, Any] = {"keys": keys(), "groups": RULES}
    async with serving(folder, **given | changes) as client:
        client.headers.update(HEADERS["lab"])
        yield client


@pytest.fixture
def account(aws: Sandbox) -> Sandbox:
    furnish(aws, LAB)
    for bucket in BUCKETS:
        aws.bucket(LAB, bucket, {"lab/a": b"1", "b": b"2"})
    return aws


def s3(bucket: str, subdirectory: str | None = None) -> dict[str, Any]:
    arn = bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"
    return {"s3": {"bucketArn": arn, "subdirectory": subdirectory}}


def mover(source: Any, destination: Any, group: str = "lab", name: str = "one") -> dict[str, Any]:
    return {
        "account": LAB,
        "group": group,
        "name": name,
        "source": source,
        "destination": destination,
    }


ALLOWED = s3("lab-out")
REFUSED = [
    s3("shop-payroll"),
    s3("lab"),
    s3("labx"),
    s3("lab-x-s3alias"),
    s3("shared"),
    s3("shared", "/"),
    s3("shared", "/lab-secret"),
    s3("shared", "/lab/../b"),
    s3(f"arn:aws:s3:us-east-1:{LAB}:accesspoint/lab-point"),
    s3(f"arn:aws:s3:us-east-1:{LAB}:accesspoint:lab-point"),
    {"efs": EFS},
]


@pytest.mark.parametrize("end", REFUSED)
@pytest.mark.parametrize("side", ["source", "destination"])
async def test_a_resource_without_a_rule_is_refused_before_aws_is_asked(
    account: Sandbox, tmp_path: Path, side: str, end: dict[str, Any]
) -> None:
    ends: dict[str, Any] = {"source": ALLOWED, "destination": ALLOWED, side: end}
    async with served_by(tmp_path) as client:
        account.border.forget_calls()
        answer = await tell(client, CREATE, input=mover(**ends))
        assert told(answer)[0] == "FORBIDDEN"
        assert "may not use" in told(answer)[1]
        assert account.border.counts() == {}
        assert (await ask(client, "{ operations { nodes { id } } }"))["operations"]["nodes"] == []


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        (s3("lab-in"), RULES),
        (s3("shared", "/lab"), RULES),
        (s3("shared", "lab/x/"), RULES),
        ({"efs": EFS}, [*RULES, {"name": "lab", "account": LAB, "resources": EFS_RULES}]),
    ],
)
async def test_a_mover_of_allowed_resources_is_made_and_started(
    account: Sandbox, tmp_path: Path, source: dict[str, Any], rules: list[Any]
) -> None:
    async with served_by(tmp_path, groups=rules) as client:
        made = (await ask(client, CREATE, input=mover(source, ALLOWED)))["createMover"]
        operation = await ended(client, made["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
        started = await ask(client, START, id=operation["mover"]["id"])
        assert started["startMover"]["errors"] == []


@pytest.mark.parametrize("missing", range(3))
async def test_each_part_of_a_file_systems_network_needs_a_rule(
    account: Sandbox, tmp_path: Path, missing: int
) -> None:
    given = [arn for index, arn in enumerate(EFS_RULES) if index != missing]
    rules = [*RULES, {"name": "lab", "resources": given}]
    async with served_by(tmp_path, groups=rules) as client:
        answer = await tell(client, CREATE, input=mover({"efs": EFS}, ALLOWED))
        assert told(answer)[0] == "FORBIDDEN"
        assert EFS_RULES[missing] in told(answer)[1]


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"name": "lab"}, True),
        ({"name": "lab", "account": LAB}, True),
        ({"name": "lab", "account": OTHER}, False),
        ({"name": "lab2"}, False),
        ({"name": "Lab"}, False),
        (None, False),
    ],
)
async def test_a_rule_is_for_the_movers_of_one_group(
    account: Sandbox, tmp_path: Path, rule: dict[str, Any] | None, *, allowed: bool
) -> None:
    rules = [rule | {"resources": ["arn:aws:s3:::lab-*"]}] if rule else ()
    async with served_by(tmp_path, groups=rules) as client:
        answer = await tell(client, CREATE, input=mover(s3("lab-in"), ALLOWED))
        assert ("errors" not in answer) is allowed, answer


async def test_the_rules_of_a_key_are_for_all_its_groups(account: Sandbox, tmp_path: Path) -> None:
    lab = {"resources": ["arn:aws:s3:::lab-*"]}
    async with served_by(tmp_path, keys=keys(lab), groups=()) as client:
        for group in ("lab", "lab2"):
            answer = await tell(client, CREATE, input=mover(s3("lab-in"), ALLOWED, group))
            assert answer["data"]["createMover"]["errors"] == []
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED, name="two"))
        assert told(answer)[0] == "FORBIDDEN"


async def test_a_key_without_limits_uses_everything_and_one_with_rules_uses_those(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served_by(tmp_path) as client:
        client.headers.update(HEADERS["everything"])
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        assert answer["data"]["createMover"]["errors"] == []
        client.headers.update(HEADERS["of-key"])
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED, name="two"))
        assert told(answer)[0] == "FORBIDDEN"
        answer = await tell(client, CREATE, input=mover(s3("lab-in"), ALLOWED, "any", "two"))
        assert answer["data"]["createMover"]["errors"] == []


async def test_without_the_check_every_resource_may_be_used(
    account: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served_by(tmp_path, resource_check="none") as client:
        answer = await tell(client, CREATE, input=mover(s3("shop-payroll"), ALLOWED))
        assert answer["data"]["createMover"]["errors"] == []
    assert "the keys lab, of-key may use every resource" in caplog.text


def test_the_start_says_how_each_key_is_limited(
    aws: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def start() -> None:
        tables = [*keys(), {"name": "none", "key": "n", "groups": ["h"], "accounts": [LAB]}]
        async with served_by(tmp_path, keys=tables):
            pass

    caplog.set_level("INFO", logger="graph")
    asyncio.run(start())
    said = [record.getMessage() for record in caplog.records]
    assert "key everything may write; uses every resource" in said
    assert "key lab may write in groups lab, lab2; uses the resources of 2 rules" in said
    none = f"key none may read in accounts {LAB} in groups h; uses no resource by rule"
    assert any(line.startswith(none) for line in said)


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
    account.border.add(Fault("s3.GET", "denied"))
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


async def test_over_rest_it_is_403(account: Sandbox, tmp_path: Path) -> None:
    def end(bucket: str) -> dict[str, Any]:
        return {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::{bucket}"}}

    path = f"/v1/datasync/{LAB}/movers/lab"
    async with served_by(tmp_path) as client:
        account.border.forget_calls()
        for source, destination in (("shop-payroll", "lab-out"), ("lab-in", "labx")):
            body = {"Name": "one", "Source": end(source), "Destination": end(destination)}
            refused = await client.post(path, json=body)
            assert (refused.status_code, refused.content) == (403, b"")
        assert account.border.counts() == {}
        body = {"Name": "one", "Source": end("lab-in"), "Destination": end("lab-out")}
        assert (await client.post(path, json=body)).status_code == 202


async def test_an_existing_mover_is_not_started_with_what_is_not_allowed(
    account: Sandbox, tmp_path: Path
) -> None:
    """Made by whoever was allowed to, in a group of the key."""
    ends = [
        (s3("shop-payroll"), ALLOWED),
        (ALLOWED, s3("labx")),
        (s3("shared", "/lab-secret"), ALLOWED),
        (s3("shared"), ALLOWED),
        ({"efs": EFS}, ALLOWED),
        (s3("shared", "/lab"), ALLOWED),
    ]
    async with served_by(tmp_path) as client:
        client.headers.update(HEADERS["everything"])
        ids = []
        for number, (source, destination) in enumerate(ends):
            given = mover(source, destination, name=f"m{number}")
            made = (await ask(client, CREATE, input=given))["createMover"]
            ids.append((await ended(client, made["operation"]["id"]))["mover"]["id"])
        client.headers.update(HEADERS["lab"])
        account.border.forget_calls()
        for number, mover_id in enumerate(ids[:-1]):
            assert told(await tell(client, START, id=mover_id))[0] == "FORBIDDEN"
            query = START.replace("$id}", f'$id, idempotencyKey: "k{number}"}}')
            assert told(await tell(client, query, id=mover_id))[0] == "FORBIDDEN"
            path = f"/v1/datasync/{LAB}/movers/lab/m{number}"
            refused = await client.put(path, json={"State": "start"})
            assert (refused.status_code, refused.content) == (403, b"")
        assert "datasync.StartTaskExecution" not in account.border.counts()
        assert (await ask(client, START, id=ids[-1]))["startMover"]["errors"] == []


NOW: list[tuple[dict[str, Any], str]] = [
    ({"groups": ()}, "may not use"),
    ({"groups": [{"name": "lab", "resources": ["arn:aws:s3:::lab-in"]}]}, "may not use"),
    ({"keys": [key for key in keys() if key["name"] != "lab"]}, "no longer configured"),
]


@pytest.mark.parametrize(("changes", "why"), NOW)
async def test_a_create_that_is_resumed_keeps_to_the_rules_of_then(
    account: Sandbox, tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    async with served_by(tmp_path, drain_seconds=0) as client:
        account.border.add(Fault("CreateTask", "gate"))
        made = (await ask(client, CREATE, input=mover(s3("lab-in"), ALLOWED)))["createMover"]
        assert await asyncio.to_thread(account.border.wait_for_gate, 20)
    account.border.clear()
    async with served_by(tmp_path, **changes) as client:
        client.headers.update(HEADERS["everything"])
        operation = await ended(client, made["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert why in operation["failure"]
    assert left(account, LAB)[1:] == (0, 0)


async def test_a_create_that_is_resumed_under_the_same_rules_is_finished(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served_by(tmp_path, drain_seconds=0) as client:
        account.border.add(Fault("CreateTask", "gate"))
        made = (await ask(client, CREATE, input=mover(s3("lab-in"), ALLOWED)))["createMover"]
        assert await asyncio.to_thread(account.border.wait_for_gate, 20)
    async with served_by(tmp_path) as client:
        account.border.clear()
        operation = await ended(client, made["operation"]["id"])
    assert operation["status"] == "COMPLETED", operation
