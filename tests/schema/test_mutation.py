"""The mutations, through the API: an id or input that is wrong is an error of the payload."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.world import LAB, ask, furnish, made, serving, tell

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
ACTIONS = {
    action: f"mutation($id: ID!) {{ {action}(input: {{mover: $id}}) {{ errors {{ code path }} }} }}"
    for action in ("startMover", "stopMover", "deleteMover")
}


async def test_a_bad_id_of_a_mover_is_pointed_at(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    codes = {
        "bad": "INVALID",
        encode("Account", LAB): "INVALID",
        encode("Mover", "no arn"): "NOT_FOUND",
        encode("Mover", TASK): "NOT_FOUND",
    }
    async with serving(tmp_path) as client:
        for action, mutation in ACTIONS.items():
            for node_id, code in codes.items():
                payload = (await ask(client, mutation, id=node_id))[action]
                assert payload["errors"] == [{"code": code, "path": ["input", "mover"]}], action


async def test_a_run_is_limited_and_shows_by_when(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    limit = """mutation($id: ID!, $limit: BigInt!) {
      setRunBandwidth(input: {run: $id, bytesPerSecond: $limit}) {
        requested effectiveBy run { id options { bytesPerSecond } }
        errors { code path message } } }"""
    async with serving(tmp_path) as client:
        start = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } } }"
        started = await ask(client, start, id=await made(client))
        run = started["startMover"]["run"]["id"]
        found = (await ask(client, limit, id=run, limit=2**40))["setRunBandwidth"]
        assert found.pop("effectiveBy").endswith("Z")
        assert found.pop("run") == {"id": run, "options": {"bytesPerSecond": 2**40}}
        assert found == {"requested": 2**40, "errors": []}
        for wrong in (2.5, "1", True, 2**53):
            answer = await tell(client, limit, id=run, limit=wrong)
            assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID", wrong
            assert "Expected a whole number of at most 2^53 - 1." in answer["errors"][0]["message"]
        for bad_id, number, code, member in (
            ("bad", 1, "INVALID", "run"),
            (encode("Run", "no arn"), 1, "NOT_FOUND", "run"),
            (run, 0, "INVALID", "bytesPerSecond"),
        ):
            found = (await ask(client, limit, id=bad_id, limit=number))["setRunBandwidth"]
            (error,) = found.pop("errors")
            assert (error["code"], error["path"]) == (code, ["input", member])
            assert found == dict.fromkeys(("requested", "effectiveBy", "run"))
