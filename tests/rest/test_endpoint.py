"""What wraps every REST path: each request is answered in time, and correctly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from graph.sandbox import Fault, Sandbox
from tests.world import LAB, furnish, made, serving

MOVERS = f"/v1/datasync/{LAB}/movers"
ONE = f"{MOVERS}/g/one"


@pytest_asyncio.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that answers within three seconds, with one mover."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    async with serving(tmp_path, rest_seconds=3) as client:
        await made(client)
        yield client
        aws.interceptor.clear()


async def test_a_delete_that_takes_long_is_answered_and_continues(
    aws: Sandbox, client: httpx.AsyncClient
) -> None:
    aws.interceptor.add(Fault("DeleteTask", "gate"))
    late = [await client.delete(ONE) for _ in range(2)]
    text = "The mover is still being deleted, and this continues. Repeat the request to wait."
    assert [(one.status_code, one.text) for one in late] == [(504, text)] * 2
    assert late[0].headers["X-Flywheel-Task"] == late[1].headers["X-Flywheel-Task"]
    aws.interceptor.clear()
    while (last := await client.delete(ONE)).status_code in (503, 504):
        continue
    assert last.status_code in (204, 404)  # 404: it had ended before this request came
    assert (await client.get(ONE)).status_code == 404


async def test_a_delete_that_aws_keeps_failing_is_answered_in_time(
    aws: Sandbox, client: httpx.AsyncClient
) -> None:
    aws.interceptor.add(Fault("DeleteTask", "error", count=1_000))
    answer = await client.delete(ONE)
    assert answer.status_code == 504
    assert (answer.headers["Retry-After"], bool(answer.headers["X-Flywheel-Task"])) == ("5", True)


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("ListTasks", "GET", MOVERS),
        ("ListTaskExecutions", "GET", f"{ONE}/runs"),
        ("StartTaskExecution", "PUT", ONE),
        ("DescribeTask", "DELETE", ONE),
    ],
)
async def test_what_aws_does_not_answer_is_a_503_in_time(
    aws: Sandbox, client: httpx.AsyncClient, operation: str, method: str, path: str
) -> None:
    aws.interceptor.add(Fault(operation, "gate"))
    async with asyncio.timeout(20):
        answer = await client.request(method, path, content=b'{"State":"start"}')
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.text == "AWS does not answer in time. What was requested may still take effect."
    aws.interceptor.clear()
    if operation == "StartTaskExecution":
        while not (runs := (await client.get(f"{ONE}/runs")).json()):
            continue
        assert len(runs) == 1


async def test_a_caller_that_has_used_its_budget_is_told_when_to_come_back(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    limits = {"aws_calls_per_request": 100, "aws_call_budget": 400, "aws_calls_per_second": 0.5}
    async with serving(tmp_path, **limits) as client:
        answers = [await client.get(MOVERS)]
        while answers[-1].status_code == 200 and len(answers) < 500:
            answers.append(await client.get(MOVERS))
    assert answers[-1].status_code == 429
    assert answers[-1].text == "The budget of calls to AWS is used up. Try again later."
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 40
    calls = sum(aws.interceptor.counts().values()) - aws.interceptor.counts()["sts.AssumeRole"]
    assert 380 <= calls <= 401
