"""How calls to AWS are counted: each way in which one can end has its own outcome."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.client.measuring import measured
from graph.model.errors import ApiError
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import at_the_gate, list_tasks
from tests.world import LAB, ORG, OTHER, ROLE

HOME = "us-east-1"


def counted(
    outcome: str,
    service: str = "datasync",
    operation: str = "ListTasks",
    of_class: str = "other",
) -> float:
    labels = {"service": service, "operation": operation, "region": HOME, "outcome": outcome}
    labels["class"] = of_class
    return REGISTRY.get_sample_value("datasync_api_aws_calls_total", labels) or 0.0


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("throttle", "ThrottlingException"),
        ("error", "InternalException"),
        ("denied", "AccessDeniedException"),
        ("page", "ResponseParserError"),
    ],
)
async def test_a_call_that_fails_is_counted_by_what_failed(
    aws: Sandbox, gateway: Gateway, kind: str, outcome: str
) -> None:
    before, fine = counted(outcome), counted("ok")
    aws.interceptor.add(Fault("ListTasks", kind, count=100))
    with pytest.raises(ApiError):
        await list_tasks(gateway)
    assert (counted(outcome), counted("ok")) == (before + 1, fine)


async def test_a_call_that_succeeds_is_ok_and_the_assumed_role_is_counted_too(
    aws: Sandbox, gateway: Gateway
) -> None:
    calls, roles = counted("ok"), counted("ok", "sts", "AssumeRole")
    await list_tasks(gateway)
    assert counted("ok") == calls + 1
    assert counted("ok", "sts", "AssumeRole") == roles + 1


async def test_a_call_that_is_cancelled_is_counted_as_such(aws: Sandbox, gateway: Gateway) -> None:
    await list_tasks(gateway)
    before, fine = counted("cancelled"), counted("ok")
    aws.interceptor.add(Fault("ListTasks", "gate"))
    call = asyncio.create_task(list_tasks(gateway))
    await at_the_gate(aws)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert (counted("cancelled"), counted("ok")) == (before + 1, fine)


async def test_a_call_whose_caller_gives_up_is_counted_as_cancelled(
    aws: Sandbox, gateway: Gateway
) -> None:
    await list_tasks(gateway)
    before = counted("cancelled")
    aws.interceptor.add(Fault("ListTasks", "gate"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await list_tasks(gateway)
    assert counted("cancelled") == before + 1


async def test_a_call_that_is_too_slow_is_counted_as_that(aws: Sandbox, gateway: Gateway) -> None:
    await list_tasks(gateway)
    before = counted("TimeoutError")
    aws.interceptor.add(Fault("ListTasks", "gate"))
    gateway.call_seconds = 0.2
    with pytest.raises(ApiError):
        await list_tasks(gateway)
    assert counted("TimeoutError") == before + 1


@pytest.mark.parametrize("error", [KeyError("ours"), GeneratorExit(), KeyboardInterrupt()])
def test_no_way_to_end_is_a_success_by_default(error: BaseException) -> None:
    fine = counted("ok", "iam", LAB)
    with pytest.raises(type(error)), measured("iam", LAB, HOME):
        raise error
    assert counted("ok", "iam", LAB) == fine


async def test_what_aws_calls_its_errors_cannot_fill_the_metrics(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - beside its use

    given: Any = {"Error": {"Code": "MadeUpByAProxy", "Message": ""}}

    async def refused(*_: object) -> None:
        raise ClientError(given, "ListTasks")

    monkeypatch.setattr(gateway, "_send", refused)
    before = counted("unknown")
    with pytest.raises(ApiError):
        await list_tasks(gateway)
    assert counted("unknown") == before + 1
    assert counted("MadeUpByAProxy") == 0


async def test_calls_are_counted_by_the_class_of_their_account(
    aws: Sandbox,
) -> None:
    def seen() -> list[float]:
        calls = [("ok", "datasync", "ListTasks"), ("ok", "sts", "AssumeRole")]
        return [counted(*each, of_class) for each in calls for of_class in ("lab", "other")]

    for account in (LAB, OTHER):
        aws.role(account, ROLE, external_id="x-1")
    clients = Clients(
        region="us-east-1", role=ROLE, org=ORG, external_id="x-1", classes={LAB: "lab"}
    )
    async with Gateway(clients, org=ORG) as gateway:
        before = seen()
        await list_tasks(gateway)
        assert [b - a for a, b in zip(before, seen(), strict=True)] == [1, 0, 1, 0]
        await gateway.bind(OTHER).call("datasync", Access.READ, "list_tasks")
        assert [b - a for a, b in zip(before, seen(), strict=True)] == [1, 1, 1, 1]
