"""The main job, through the public API."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.aws.client.retries import ATTEMPTS
from graph.sandbox import Fault, Sandbox
from tests.world import (
    CREATE,
    LAB,
    ask,
    ended,
    furnish,
    made,
    new_mover,
    serving,
    tell,
)

START = (
    "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id status } errors { code } } }"
)
DELETE = (
    "mutation($id: ID!) { deleteMover(input: {mover: $id}) "
    "{ operation { id } errors { code message } } }"
)
FOLLOW = (
    "subscription($id: ID!) { runProgress(run: $id) "
    "{ sequence run { status outcome progress { percent files { transferred skipped } } } } }"
)


async def test_a_mover_is_made_run_watched_and_deleted(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB, a=b"1", b=b"22")
    aws.set_pace(launch=0.05, phase=0.05)
    async with serving(tmp_path) as client:
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        stream = await client.post(
            "/graphql",
            json={"query": FOLLOW, "variables": {"id": run}},
            headers={"Accept": "text/event-stream"},
        )
        assert '"outcome":"SUCCEEDED"' in stream.text
        assert '"transferred":3' in stream.text  # two objects and the root folder
        assert aws.objects(LAB, f"to-{LAB}") == aws.objects(LAB, f"from-{LAB}")
        operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert (await ended(client, operation))["status"] == "COMPLETED"
    left = aws.state()[LAB]
    assert (left["tasks"], left["locations"]) == ([], [])
    assert [role.rpartition("/")[2] for role in left["roles"]] == ["management"]


async def test_a_create_that_fails_leaves_nothing_and_says_why(
    aws: Sandbox, tmp_path: Path
) -> None:
    aws.role(LAB, "management", external_id="x-1")
    aws.bucket(LAB, f"from-{LAB}")
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=new_mover()))["createMover"]
        operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "FAILED"
    assert operation["failure"]["message"].startswith("failed to create destination location: ")
    assert "HeadBucket" in operation["failure"]["message"]
    left = aws.state()[LAB]
    assert (left["tasks"], left["locations"], len(left["roles"])) == ([], [], 1)


@pytest.mark.parametrize("kind", ["throttle", "error", "unsent", "lost"])
@pytest.mark.parametrize("operation", ["CreateRole", "CreateLocationS3", "CreateTask"])
async def test_a_create_survives_a_bad_moment_without_a_double(
    aws: Sandbox, tmp_path: Path, kind: str, operation: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        aws.interceptor.add(Fault(operation, kind, count=4))
        await made(client)
    left = aws.state()[LAB]
    assert (len(left["tasks"]), len(left["locations"]), len(left["roles"])) == (1, 2, 3)


async def test_a_name_is_given_once(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        again = (await ask(client, CREATE, input=new_mover()))["createMover"]
        assert [error["code"] for error in again["errors"]] == ["NAME_TAKEN"]


async def test_a_key_gives_the_same_answer_again(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    given = new_mover() | {"idempotencyKey": "k-1"}
    async with serving(tmp_path) as client:
        first = (await ask(client, CREATE, input=given))["createMover"]["operation"]["id"]
        second = (await ask(client, CREATE, input=given))["createMover"]["operation"]["id"]
        assert first == second
        other = given | {"name": "two"}
        refused = (await ask(client, CREATE, input=other))["createMover"]["errors"]
        assert [error["code"] for error in refused] == ["CONFLICT"]
        await ended(client, first)


async def test_a_run_that_was_stopped_ends_as_cancelled_for_every_watcher(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, a=b"x" * 1000)
    aws.set_pace(launch=0, phase=0, bandwidth=10)
    async with serving(tmp_path, poll_seconds=0.5) as client:
        mover = await made(client)
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        stop = "mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }"
        assert (await ask(client, stop, id=mover))["stopMover"]["errors"] == []
        stream = await client.post(
            "/graphql",
            json={"query": FOLLOW, "variables": {"id": run}},
            headers={"Accept": "text/event-stream"},
        )
        assert '"outcome":"CANCELLED"' in stream.text
        again = (await ask(client, stop, id=mover))["stopMover"]["errors"]
        assert [error["code"] for error in again] == ["NOT_RUNNING"]


async def test_an_account_that_lets_nobody_in_is_null(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        assert await ask(client, '{ account(id: "999999999999") { region } }') == {"account": None}


@pytest.mark.parametrize(
    "query",
    [
        '{ node(id: "nonsense") { id } }',
        '{ node(id: "") { id } }',
        f'{{ account(id: "{LAB}") {{ movers(first: -1) {{ totalCount }} }} }}',
        f'{{ account(id: "{LAB}") {{ movers(first: 101) {{ totalCount }} }} }}',
        f'{{ account(id: "{LAB}") {{ movers(after: "x") {{ totalCount }} }} }}',
        f'{{ account(id: "{LAB}") {{ group(name: "a\\nb") {{ name }} }} }}',
    ],
)
async def test_a_malformed_argument_is_invalid(aws: Sandbox, tmp_path: Path, query: str) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        answer = await tell(client, query)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID", answer


async def test_an_aws_that_denies_or_fails_is_an_answer(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    query = f'{{ account(id: "{LAB}") {{ movers {{ totalCount }} }} }}'
    async with serving(tmp_path) as client:
        for kind, code in (("throttle", "THROTTLED"), ("error", "UPSTREAM"), ("lost", "UPSTREAM")):
            aws.interceptor.add(Fault("ListTasks", kind, count=ATTEMPTS))
            answer = await tell(client, query)
            assert answer["errors"][0]["extensions"]["code"] == code, answer
            assert "botocore" not in str(answer)
            aws.interceptor.clear()
