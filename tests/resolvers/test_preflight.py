"""Preflights tell a caller nothing about what it may not use, and change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graph.auth import token_for
from graph.sandbox import Sandbox
from tests.locations.made import made as location_of
from tests.locations.samples import SPECS, as_input
from tests.preflight.test_networks import furnish as mounted
from tests.rights.lab import mover, s3, served_by
from tests.test_call_counts import spent
from tests.world import LAB, ask, furnish, made, serving, tell

PREFLIGHT = """query($input: CreateMoverInput!) { preflightMover(input: $input) {
  ok checks { id status side path message fix { text policyJson } } } }"""
START = """query($mover: ID!, $overrides: RunOverridesInput) {
  preflightStart(mover: $mover, overrides: $overrides) { ok checks { id status path message } } }"""


async def preflight(client: httpx.AsyncClient, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(client, PREFLIGHT, input=given))["preflightMover"]
    return found


async def test_a_limited_key_learns_nothing_of_what_it_may_not_use(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    for bucket in ("lab-in", "lab-out", "shop-payroll"):
        aws.bucket(LAB, bucket, {"a": b"1"})
    aws.bucket(LAB, "shared", {"lab/a": b"1"})
    async with served_by(tmp_path) as client:
        allowed = mover(s3("lab-in"), s3("lab-out"))
        assert (await preflight(client, allowed))["ok"]
        aws.interceptor.forget_calls()
        answers = []
        for other in ("shop-payroll", "shop-missing"):
            for given in (mover(s3(other), s3("lab-out")), mover(s3("lab-in"), s3(other))):
                found = await preflight(client, given)
                (check,) = found["checks"]
                assert (found["ok"], check["id"]) == (False, "resources-allowed")
                answers.append(check["message"].replace(other, "x"))
        assert set(answers[::2]) == {answers[0]}
        assert set(answers[1::2]) == {answers[1]}
        assert aws.interceptor.counts() == {}
        below = mover(s3("shared", "/lab"), s3("lab-out"))
        assert (await preflight(client, below))["ok"]
        for outside in (s3("shared"), s3("shared", "/shop")):
            (check,) = (await preflight(client, mover(outside, s3("lab-out"))))["checks"]
            assert check["id"] == "resources-allowed"
        answer = await tell(client, PREFLIGHT, input=mover(s3("lab-in"), s3("lab-out"), "shop"))
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_limited_key_examines_the_start_of_its_own_movers_alone(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, a=b"1")
    keys = [
        {"name": "g", "key": "key of g", "run": True, "groups": ["g"]},
        {"name": "h", "key": "key of h", "run": True, "groups": ["h"]},
    ]
    async with serving(tmp_path, keys=keys) as client:
        own = await made(client)
        assert (await ask(client, START, mover=own))["preflightStart"]["ok"]
        for name, wanted in (("g", "resources-allowed"), ("h", None)):
            client.headers["X-Auth-Token"] = token_for(f"key of {name}", 4)
            aws.interceptor.forget_calls()
            found = (await ask(client, START, mover=own))["preflightStart"]
            assert (found and found["checks"][0]["id"]) == wanted
            assert not [call for call in aws.interceptor.counts() if call.startswith("s3.")]


async def test_whatever_is_examined_nothing_is_changed_recorded_or_started(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, a=b"1")
    async with serving(tmp_path) as client:
        own = await made(client)
        before, recorded = aws.state(), await ask(client, AUDIT)
        aws.interceptor.forget_calls()
        found = await preflight(client, mover(s3(f"from-{LAB}"), s3(f"to-{LAB}"), "g"))
        assert {check["id"]: check["status"] for check in found["checks"]}["name-free"] == "FAIL"
        assert not found["ok"]
        overrides = {"includes": ["no-slash"]}
        refused = (await ask(client, START, mover=own, overrides=overrides))["preflightStart"]
        assert refused["checks"][0]["path"] == ["input", "overrides", "includes", "0"]
        calls = aws.interceptor.counts()
        assert not [c for c in calls if not c.split(".")[1].startswith(READING)], calls
        assert aws.state() == before
        assert await ask(client, AUDIT) == recorded


async def test_a_start_examines_networks_in_12_calls_with_those_that_read_the_mover(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, a=b"1")
    spec, _ = mounted()
    async with serving(tmp_path) as client:
        own = await made(client, destination=as_input(spec))
    async with serving(tmp_path) as client:  # another process, which knows nothing yet
        for read, unknown in ((2 + 1 + 3, True), (2 + 2, False)):
            aws.interceptor.forget_calls()
            found = (await ask(client, START, mover=own))["preflightStart"]
            statuses = {check["id"]: check["status"] for check in found["checks"]}
            calls = spent(aws)
            assert sum(calls.values()) == 12, calls
            assert sum(n for call, n in calls.items() if call.startswith("datasync.")) == read
            assert statuses["efs-mount-target"] == "PASS"
            assert ("UNKNOWN" in statuses.values()) == unknown
            assert found["ok"] == unknown
            if not unknown:
                assert statuses["efs-network"] == "FAIL"


async def test_a_create_examines_a_location_that_exists_with_its_agents(
    aws: Sandbox, tmp_path: Path
) -> None:
    location = location_of(aws, SPECS["NFS"])
    agent = SPECS["NFS"].agent_arns[0].rpartition("-")[2]  # type: ignore[union-attr]  # it has some
    async with serving(tmp_path) as client:
        for online, expected in ((True, "PASS"), (False, "FAIL")):
            aws.agent(LAB, "one", agent_id=agent, online=online)
            aws.interceptor.forget_calls()
            source = {"existing": {"locationArn": location.arn}}
            found = await preflight(client, mover(source, s3(f"to-{LAB}"), "g"))
            checks = {check["id"]: check for check in found["checks"]}
            assert checks["agent-online"]["status"] == expected
            assert checks["agent-online"]["path"] == ["input", "source", "existing", "locationArn"]
            assert (checks["reachable"]["status"], found["ok"]) == ("UNKNOWN", online)
            assert sum(spent(aws).values()) <= 12


AUDIT = "{ operations { nodes { id } } audit { nodes { at } } }"
READING = ("GET", "HEAD", "List", "Get", "Describe", "Assume")
