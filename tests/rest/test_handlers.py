"""The handlers, through the API: what each responds, also when AWS or the client fails."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from graph.sandbox import Fault, Sandbox
from tests.rest.conftest import MOVERS, ROOT, RestApi, new_mover
from tests.world import LAB, furnish, serving


def test_of_two_creates_of_one_name_at_once_one_wins(rest_api: RestApi) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: rest_api.http.post(f"{MOVERS}/race", json=new_mover()), range(8))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [202, *[409] * 7]
    won = next(answer for answer in answers if answer.status_code == 202)
    assert rest_api.ended(won.headers["X-Flywheel-Task"])["status"] == "completed"
    assert rest_api.http.get(f"{MOVERS}/race").json() == ["one"]


def test_a_create_that_fails_says_why_and_leaves_nothing(rest_api: RestApi) -> None:
    before = rest_api.aws.state()[LAB]
    body = new_mover()
    body["Destination"]["S3"]["S3BucketArn"] = "arn:aws:s3:::not-there"
    made = rest_api.http.post(f"{MOVERS}/fails", json=body)
    shown = rest_api.ended(made.headers["X-Flywheel-Task"])
    assert list(shown)[-2:] == ["failed_at", "failure"]
    assert shown["status"] == "failed"
    assert shown["failure"].startswith("failed to create destination location: ")
    assert shown["events"][-1].endswith(f" failed task {shown['id']}")
    assert rest_api.aws.state()[LAB] == before


def test_a_run_that_is_queued_is_cancelled(rest_api: RestApi) -> None:
    rest_api.make("queued")
    one = f"{MOVERS}/queued/one"
    arn = rest_api.http.get(one).json()["Task"]["TaskArn"]
    rest_api.aws.set_pace(launch=600)
    first = rest_api.http.put(one, json={"State": "start"}).json()
    queued = rest_api.boto("datasync").start_task_execution(TaskArn=arn)["TaskExecutionArn"]
    second = queued.rpartition("/")[2]
    assert rest_api.http.get(f"{one}/runs/{second}").json()["Status"] == "QUEUED"
    stops = [rest_api.http.put(one, json={"State": "stop"}) for _ in range(3)]
    rest_api.aws.set_pace(launch=0)
    # What is active goes first; once that is being cancelled, what waits behind it.
    assert [stop.status_code for stop in stops] == [204, 204, 409]
    assert stops[2].text == "datasync mover task is not running"
    assert rest_api.http.get(f"{one}/runs/{first}").json()["Status"] == "CANCELLING"
    assert rest_api.http.get(f"{one}/runs/{second}").json()["Status"] == "ERROR"


def test_runs_are_listed_as_aws_lists_them(rest_api: RestApi) -> None:
    rest_api.make("runs")
    one = f"{MOVERS}/runs/one"
    arn = rest_api.http.get(one).json()["Task"]["TaskArn"]
    datasync = rest_api.boto("datasync")
    for _ in range(3):
        datasync.start_task_execution(TaskArn=arn)
    listed = datasync.list_task_executions(TaskArn=arn)["TaskExecutions"]
    ids = [run["TaskExecutionArn"].rpartition("/")[2] for run in listed]
    assert rest_api.http.get(f"{one}/runs").json() == ids
    assert len(ids) == 3


def test_the_flywheel_shows_many_and_not_too_many(rest_api: RestApi) -> None:
    task = rest_api.make("many-tasks")
    wanted = [f"00000000-0000-0000-0000-{number:012}" for number in range(199)]
    shown = rest_api.http.get(f"{ROOT}/flywheel", params={"task": [*wanted, task, task]})
    assert list(shown.json()) == [task]
    other = [f"00000000-0000-0000-0001-{number:012}" for number in range(2)]
    many = rest_api.http.get(f"{ROOT}/flywheel", params={"task": [*wanted, *other]})
    assert (many.status_code, many.text) == (400, "At most 200 tasks can be requested at once.")


async def test_a_delete_goes_on_when_its_client_has_left(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        made = await client.post(f"{MOVERS}/g", json=new_mover())
        while "completed_at" not in (await _task(client, made)):
            continue
        aws.interceptor.add(Fault("DeleteTask", "gate"))
        leaving = asyncio.create_task(client.delete(f"{MOVERS}/g/one"))
        assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        aws.interceptor.clear()
        while (await client.get(f"{MOVERS}/g/one")).status_code == 200:
            continue
    assert not aws.state()[LAB]["tasks"]


async def _task(client: httpx.AsyncClient, made: httpx.Response) -> str:
    task = made.headers["X-Flywheel-Task"]
    return (await client.get(f"{ROOT}/flywheel", params={"task": task})).text
