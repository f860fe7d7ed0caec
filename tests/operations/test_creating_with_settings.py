"""Creates with the settings of the task: all of them are checked first, then set."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx

from graph.auth import token_for
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover, serving, tell

SHOWN: Final = """query($id: ID!) { node(id: $id) { ... on Mover {
  modeText options { verifyMode logLevel transferMode uid } includes excludes logGroupArn
  schedule { expression status } } } }"""
GROUP: Final = f"arn:aws:logs:us-east-1:{LAB}:log-group:/movers"
SETTINGS: Final[dict[str, Any]] = {
    "mode": "BASIC",
    "options": {"verifyMode": "NONE", "logLevel": "BASIC"},
    "includes": ["/a", "/b"],
    "excludes": ["*.tmp"],
    "schedule": {"expression": "cron(0 3 * * ? *)", "enabled": False},
    "logGroupArn": GROUP,
}
AZURE: Final = {
    "azureBlob": {
        "containerUrl": "https://lab.blob.core.windows.net/box",
        "authenticationType": "NONE",
    }
}
HDFS: Final = {
    "hdfs": {
        "nameNodes": [{"hostname": host, "port": 8020} for host in ("a", "b")],
        "authenticationType": "SIMPLE",
        "simpleUser": "u",
        "agentArns": [f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}"],
    }
}


async def mode_of(client: httpx.AsyncClient, mover: str) -> str:
    return str((await ask(client, SHOWN, id=mover))["node"]["modeText"])


async def create(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(client, CREATE, input=new_mover() | given))["createMover"]
    return payload


async def test_a_mover_is_created_with_all_settings(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        payload = await create(client, **SETTINGS, idempotencyKey="k")
        operation = await ended(client, payload["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
        node = (await ask(client, SHOWN, id=operation["mover"]["id"]))["node"]
        again = await create(client, **SETTINGS, idempotencyKey="k")
        other = await create(client, idempotencyKey="k")
    assert again["operation"]["id"] == payload["operation"]["id"]
    assert [error["code"] for error in other["errors"]] == ["CONFLICT"]
    assert node == {
        "modeText": "BASIC",
        "options": {
            "verifyMode": "NONE",
            "logLevel": "BASIC",
            "transferMode": "CHANGED",
            "uid": "NONE",
        },
        "includes": ["/a", "/b"],
        "excludes": ["*.tmp"],
        "logGroupArn": GROUP,
        "schedule": {"expression": "cron(0 3 * * ? *)", "status": "DISABLED"},
    }


async def test_the_mode_is_chosen_where_it_is_left_to_the_server(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        usual = await made(client)
        chosen = await create(client, name="two", mode="AUTO")
        agentless = await create(client, name="three", source=AZURE)
        modes = [await mode_of(client, usual)]
        for payload in (chosen, agentless):
            operation = await ended(client, payload["operation"]["id"])
            modes.append(await mode_of(client, operation["mover"]["id"]))
    assert modes == ["BASIC", "ENHANCED", "ENHANCED"]


async def test_what_contradicts_is_rejected_before_anything_is_made(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    archive = {"s3": {"bucketArn": f"arn:aws:s3:::to-{LAB}", "storageClass": "GLACIER"}}
    whole = {"verifyMode": "POINT_IN_TIME_CONSISTENT"}
    async with serving(tmp_path) as client:
        aws.interceptor.forget_calls()
        for given, path in (
            ({"options": {"verifyMode": "SOME"}}, ["options", "verifyMode"]),
            ({"options": {"mtime": "NONE"}}, ["options", "mtime"]),
            ({"options": {"uid": "INT_VALUE"}}, ["options", "uid"]),
            ({"options": whole, "mode": "ENHANCED"}, ["options", "verifyMode"]),
            ({"options": whole, "destination": archive}, ["options", "verifyMode"]),
            ({"includes": []}, ["includes"]),
            ({"excludes": ["x"]}, ["excludes", "0"]),
            ({"schedule": {"enabled": True}}, ["schedule", "enabled"]),
            ({"schedule": {"expression": "rate(1 minute)"}}, ["schedule", "expression"]),
            ({"logGroupArn": "arn:aws:s3:::b"}, ["logGroupArn"]),
            ({"logGroupArn": GROUP, "mode": "ENHANCED"}, ["logGroupArn"]),
            ({"source": HDFS, "mode": "BASIC"}, ["mode"]),
            ({"source": AZURE, "mode": "BASIC"}, ["mode"]),
        ):
            (error,) = (await create(client, **given))["errors"]
            assert (error["code"], error["path"]) == ("INVALID", ["input", *path]), given
        assert aws.interceptor.calls() == []


async def test_what_aws_refuses_is_passed_on_and_rolled_back(aws: Sandbox, tmp_path: Path) -> None:
    """A form of cron that the server does not understand may be one that DataSync does."""
    furnish(aws)
    async with serving(tmp_path) as client:
        payload = await create(client, schedule={"expression": "cron(0,1,70 0 LW * ? *)"})
        operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert "Invalid schedule expression" in operation["failure"]["message"]
    assert (backend().tasks, backend().locations) == ({}, {})


async def test_a_limited_key_needs_a_rule_for_the_log_group(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    buckets = [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]
    keys = [
        {"name": name, "key": name, "write": True, "groups": ["g"], "resources": rules}
        for name, rules in (("without", buckets), ("within", [*buckets, GROUP]))
    ]
    given = new_mover() | {"logGroupArn": f"{GROUP}:*"}
    async with serving(tmp_path, keys=keys) as client:
        client.headers["X-Auth-Token"] = token_for("without", 4)
        (error,) = (await tell(client, CREATE, input=given))["errors"]
        client.headers["X-Auth-Token"] = token_for("within", 4)
        payload = await create(client, logGroupArn=f"{GROUP}:*")
    shown = error["extensions"]
    assert (shown["code"], shown["argument"]) == ("FORBIDDEN", ["input", "logGroupArn"])
    assert payload["errors"] == []
