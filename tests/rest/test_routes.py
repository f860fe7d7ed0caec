"""The original paths, as their clients use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph.sandbox import Fault, Sandbox
from rest_compat.routes import PATHS, ROOT
from tests.world import HEADERS, LAB, furnish, serving

MOVERS = f"/v1/datasync/{LAB}/movers"
BODY = {
    "name": "one",
    "SOURCE": {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::from-{LAB}"}},
    "Destination": {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::to-{LAB}"}},
    "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "aws:x", "Value": "y"}],
    "Unknown": 1,
}


async def completed(client: Any, task: str) -> dict[str, Any]:
    """The flywheel's view, once the task has ended."""
    query = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"
    from graph.schema.ids import encode  # noqa: PLC0415 - beside its use

    body = {"query": query, "variables": {"id": encode("Operation", task)}}
    await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    answer = await client.get("/v1/datasync/flywheel", params={"task": [task, "unknown"]})
    assert list(answer.json()) == [task]
    shown: dict[str, Any] = answer.json()[task]
    return shown


async def test_a_mover_lives_its_life(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=0, phase=0)
    async with serving(tmp_path) as client:
        made = await client.post(f"{MOVERS}/g", json=BODY)
        assert (made.status_code, made.content) == (202, b"")
        task = made.headers["X-Flywheel-Task"]
        shown = await completed(client, task)
        assert list(shown) == [
            "checkin_at",
            "completed_at",
            "created_at",
            "id",
            "status",
            "events",
        ]
        assert shown["status"] == "completed"
        assert any("requested creation of source location" in line for line in shown["events"])
        listed = await client.get(MOVERS)
        assert (listed.json(), listed.headers["X-Items"]) == (["one"], "1")
        mover = (await client.get(f"{MOVERS}/g/one")).json()
        assert mover["Task"]["Name"] == "one"
        assert mover["Task"]["Options"]["VerifyMode"] == "ONLY_FILES_TRANSFERRED"
        assert mover["Source"]["S3"]["LocationUri"] == f"s3://from-{LAB}/"
        assert [tag["Key"] for tag in mover["Tags"]] == [
            "spinup:org",
            "spinup:spaceid",
            "spinup:type",
            "spinup:flavor",
            "team",
        ]
        started = await client.put(f"{MOVERS}/g/one", json={"state": "start"})
        run = started.json()
        assert run.startswith("exec-")
        assert run in (await client.get(f"{MOVERS}/g/one/runs")).json()
        described = (await client.get(f"{MOVERS}/g/one/runs/{run}")).json()
        assert list(described)[-1] == "Result"
        aws.set_pace(launch=0)
        gone = await client.delete(f"{MOVERS}/g/one")
        assert gone.status_code in (204, 409)


async def test_who_is_not_let_in_gets_an_empty_403(aws: Sandbox, tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        for token in ("", "nonsense"):
            answer = await client.get(MOVERS, headers={"X-Auth-Token": token})
            assert (answer.status_code, answer.content) == (403, b"")
        assert (await client.get("/v1/datasync/ping", headers={"X-Auth-Token": ""})).text == "pong"
        preflight = await client.options(MOVERS, headers={"X-Auth-Token": ""})
        assert preflight.headers["Access-Control-Allow-Headers"] == "X-Auth-Token"


async def test_statuses_of_what_is_not_there(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        assert (await client.get("/v1/datasync/12/movers")).status_code == 404
        assert (await client.get("/v1/datasync/999999999999/movers")).status_code == 404
        assert (await client.get(f"{MOVERS}/g/none")).text == "datasync mover not found"
        assert (await client.get("/nowhere")).text == "404 page not found\n"
        patched = await client.patch(MOVERS)
        assert (patched.status_code, patched.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert (await client.get("/v1/datasync/flywheel")).status_code == 400


async def test_a_throttled_answer_says_when_to_come_again(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        aws.interceptor.add(Fault("ListTasks", "throttle", count=3))
        assert (await client.get(MOVERS, headers=HEADERS)).status_code == 200
        aws.interceptor.add(Fault("ListTasks", "throttle", count=4))
        answer = await client.get(MOVERS, headers=HEADERS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")


async def test_head_is_answered_as_get_without_a_body(aws: Sandbox, tmp_path: Path) -> None:
    """On every path that can be read, with a token and without."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=10_000)
    async with serving(tmp_path) as client:
        task = (await client.post(f"{MOVERS}/g", json=BODY)).headers["X-Flywheel-Task"]
        await completed(client, task)
        run = (await client.put(f"{MOVERS}/g/one", json={"State": "start"})).json()
        given = {"account": LAB, "group": "g", "name": "one", "run": run.rpartition("/")[2]}
        read = [path.format(**given) for path in PATHS if not path.endswith("/events")]
        assert f"{MOVERS}/g/one/runs/{given['run']}" in read
        read += [f"{ROOT}/{name}" for name in ("ping", "version", "metrics", "openapi.json")]
        for path in (*read, f"{MOVERS}/g/none", f"{ROOT}/nowhere"):
            for token in (HEADERS, {"X-Auth-Token": "none"}):
                asked: dict[str, Any] = {"params": {"task": task}, "headers": token}
                got, head = await client.get(path, **asked), await client.head(path, **asked)
                assert head.content == b"", path
                assert head.status_code == got.status_code, path
                assert head.headers.get("Content-Type") == got.headers.get("Content-Type"), path
