"""A key that is limited to groups uses the resources that a rule allows, and no others."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graph.sandbox import Fault, Sandbox
from tests.operations.crash import left
from tests.resolvers.test_scope import told
from tests.rights.lab import (
    ALLOWED,
    EFS,
    EFS_RULES,
    HEADERS,
    RULES,
    START,
    keys,
    mover,
    s3,
    served_by,
)
from tests.world import CREATE, LAB, OTHER, ask, ended, tell

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
        account.interceptor.forget_calls()
        answer = await tell(client, CREATE, input=mover(**ends))
        assert told(answer)[0] == "FORBIDDEN"
        assert "may not use" in told(answer)[1]
        assert account.interceptor.counts() == {}
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
        tables[-1]["regions"] = ["eu-west-1", "us-east-1"]
        async with served_by(tmp_path, keys=tables):
            pass

    caplog.set_level("INFO", logger="graph")
    asyncio.run(start())
    said = [record.getMessage() for record in caplog.records]
    assert "key everything may write; uses every resource" in said
    assert "key lab may write in groups lab, lab2; uses the resources of 2 rules" in said
    none = f"key none may read in accounts {LAB} in groups h in regions eu-west-1, us-east-1; uses"
    assert any(line.startswith(none) for line in said)


async def test_over_rest_it_is_403(account: Sandbox, tmp_path: Path) -> None:
    def end(bucket: str) -> dict[str, Any]:
        return {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::{bucket}"}}

    path = f"/v1/datasync/{LAB}/movers/lab"
    async with served_by(tmp_path) as client:
        account.interceptor.forget_calls()
        for source, destination in (("shop-payroll", "lab-out"), ("lab-in", "labx")):
            body = {"Name": "one", "Source": end(source), "Destination": end(destination)}
            refused = await client.post(path, json=body)
            assert (refused.status_code, refused.content) == (403, b"")
        assert account.interceptor.counts() == {}
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
        account.interceptor.forget_calls()
        for number, mover_id in enumerate(ids[:-1]):
            assert told(await tell(client, START, id=mover_id))[0] == "FORBIDDEN"
            query = START.replace("$id}", f'$id, idempotencyKey: "k{number}"}}')
            assert told(await tell(client, query, id=mover_id))[0] == "FORBIDDEN"
            path = f"/v1/datasync/{LAB}/movers/lab/m{number}"
            refused = await client.put(path, json={"State": "start"})
            assert (refused.status_code, refused.content) == (403, b"")
        assert "datasync.StartTaskExecution" not in account.interceptor.counts()
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
        account.interceptor.add(Fault("CreateTask", "gate"))
        made = (await ask(client, CREATE, input=mover(s3("lab-in"), ALLOWED)))["createMover"]
        assert await asyncio.to_thread(account.interceptor.wait_for_gate, 20)
    account.interceptor.clear()
    async with served_by(tmp_path, **changes) as client:
        client.headers.update(HEADERS["everything"])
        operation = await ended(client, made["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert why in operation["failure"]["message"]
    assert left(account, LAB)[1:] == (0, 0)


async def test_a_create_that_is_resumed_under_the_same_rules_is_finished(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served_by(tmp_path, drain_seconds=0) as client:
        account.interceptor.add(Fault("CreateTask", "gate"))
        made = (await ask(client, CREATE, input=mover(s3("lab-in"), ALLOWED)))["createMover"]
        assert await asyncio.to_thread(account.interceptor.wait_for_gate, 20)
    async with served_by(tmp_path) as client:
        account.interceptor.clear()
        operation = await ended(client, made["operation"]["id"])
    assert operation["status"] == "COMPLETED", operation


LOGS = f"arn:aws:logs:us-east-1:{LAB}:log-group:/lab/datasync"
UPDATE = """mutation($id: ID!, $logs: ARN!) {
  updateMover(input: {mover: $id, logGroupArn: $logs}) {
    operation { id } errors { code message path } } }"""


@pytest.mark.parametrize("suffix", ["", ":*"])
async def test_a_log_group_needs_a_rule_as_other_resources_do(
    account: Sandbox, tmp_path: Path, suffix: str
) -> None:
    rules = [*RULES, {"name": "lab", "resources": [LOGS]}]
    async with served_by(tmp_path, groups=rules) as client:
        made = (await ask(client, CREATE, input=mover(s3("lab-in"), ALLOWED)))["createMover"]
        one = (await ended(client, made["operation"]["id"]))["mover"]["id"]
        others = f"{LOGS}-of-others{suffix}"
        refused = await tell(client, UPDATE, id=one, logs=others)
        assert told(refused)[0] == "FORBIDDEN"
        assert f"{LOGS}-of-others" in told(refused)[1]
        answer = (await ask(client, UPDATE, id=one, logs=f"{LOGS}{suffix}"))["updateMover"]
        assert answer["errors"] == []
        assert (await ended(client, answer["operation"]["id"]))["status"] == "COMPLETED"
