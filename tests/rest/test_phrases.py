"""What AWS says when it refuses a call reaches no client of the REST API."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from graph.sandbox import Sandbox
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from graph.sandbox.datasync.responses import DataSyncResponse
from tests.world import LAB, furnish, made, serving, tell

ONE = f"/v1/datasync/{LAB}/movers/g/one"
SECRET = "injected by arn:aws:sts::1:secret"
STOP = """mutation($id: ID!) { stopMover(input: {mover: $id}) { run { id } errors { code } } }"""


@pytest_asyncio.fixture
async def client(aws: Sandbox, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with one mover, whose run stays in LAUNCHING."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    async with serving(tmp_path) as client:
        await made(client)
        yield client


def refusing(patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    def refuse(*_given: Any) -> None:
        raise InvalidRequestException(SECRET)

    patch.setattr(owner, method, refuse)


REFUSED = {
    "describe_task": ("GET", ONE, 400, "failed to describe task"),
    "describe_location_s3": ("GET", ONE, 400, "failed to describe location"),
    "list_task_executions": ("GET", f"{ONE}/runs", 400, "failed to list task executions"),
    "describe_task_execution": (
        "GET",
        f"{ONE}/runs/exec-0123456789abcdef0",
        400,
        "failed to describe task execution",
    ),
    "start_task_execution": ("PUT", ONE, 409, "failed to start task execution"),
    "list_tags_for_resource": ("GET", ONE, 400, "failed to list tags for resource"),
}


@pytest.mark.parametrize("operation", REFUSED)
async def test_a_refused_call_is_named_and_not_quoted(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    operation: str,
) -> None:
    method, path, status, text = REFUSED[operation]
    refusing(monkeypatch, DataSyncResponse, operation)
    with caplog.at_level(logging.INFO):
        answer = await client.request(method, path, content=b'{"State":"start"}')
    assert (answer.status_code, answer.text) == (status, text)
    assert SECRET in caplog.text


@pytest.mark.parametrize(
    "code",
    [
        "ConcurrentModificationException",
        "ConstraintViolationException",
        "InvalidParameterException",
    ],
)
async def test_a_refusal_of_the_tagging_api_is_the_servers_problem(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415 - loads moto
    from moto.resourcegroupstaggingapi.models import (  # noqa: PLC0415 - loads moto
        ResourceGroupsTaggingAPIBackend,
    )

    def refuse(*_given: Any, **_more: Any) -> None:
        raise JsonRESTError(code, SECRET)

    monkeypatch.setattr(ResourceGroupsTaggingAPIBackend, "get_resources", refuse)
    answer = await client.get(f"/v1/datasync/{LAB}/movers")
    assert answer.status_code == 502
    assert SECRET not in answer.text


async def test_a_run_that_aws_does_not_cancel_is_not_said_not_to_run(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.put(ONE, content=b'{"State":"start"}')).status_code == 200
    mover = (await client.get(ONE)).json()["Task"]["TaskArn"]
    with monkeypatch.context() as patch:
        refusing(patch, DataSyncBackend, "cancel_task_execution")
        answer = await client.put(ONE, content=b'{"State":"stop"}')
        assert (answer.status_code, answer.text) == (502, "failed to stop task execution")
        from graph.schema.ids import encode  # noqa: PLC0415 - beside its use

        told = await tell(client, STOP, id=encode("Mover", mover))
        assert told["errors"][0]["extensions"]["code"] == "UPSTREAM"
        assert SECRET not in str(told)
    assert (await client.put(ONE, content=b'{"State":"stop"}')).status_code == 204


async def test_the_graphql_api_shows_what_aws_says_of_the_callers_request(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f'{{ mover(account: "{LAB}", group: "g", name: "one") {{ source {{ uri }} }} }}'
    refusing(monkeypatch, DataSyncResponse, "describe_location_s3")
    told = await tell(client, query)
    assert told["errors"][0]["message"] == SECRET
