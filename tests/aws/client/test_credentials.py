"""Credentials of an assumed role: renewed in time, and a refusal is remembered for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions

from graph.aws.client import credentials
from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.credentials import AssumeRole, Refusals, assumed_role
from graph.aws.client.gateway import Gateway
from graph.aws.client.retries import RetryBudget
from graph.model.errors import NotFound, Throttled, Upstream
from graph.sandbox import Fault, Sandbox
from tests.aws.calls import assumed, list_tasks
from tests.world import LAB, ROLE

THIRD = "444444444444"


def later(clients: Clients, **span: float) -> None:
    """Makes the credentials of LAB older."""
    kept: Any = clients._roles[LAB, Access.READ].credentials
    now = datetime.now(UTC) + timedelta(**span)
    kept._time_fetcher = lambda: now


async def test_credentials_are_renewed_before_they_end(
    aws: Sandbox, gateway: Gateway, clients: Clients
) -> None:
    await list_tasks(gateway)
    later(clients, minutes=44)
    await list_tasks(gateway)
    assert assumed(aws) == 1
    later(clients, minutes=46)
    await asyncio.gather(*(list_tasks(gateway) for _ in range(20)))
    assert assumed(aws) >= 2


async def test_a_renewal_that_fails_matters_only_near_the_end(
    aws: Sandbox, gateway: Gateway, clients: Clients
) -> None:
    await list_tasks(gateway)
    aws.interceptor.add(Fault("AssumeRole", "throttle", count=1_000))
    later(clients, minutes=46)
    assert await list_tasks(gateway)
    later(clients, minutes=55)
    with pytest.raises(Throttled):
        await list_tasks(gateway)


async def test_a_refusal_is_forgotten_after_a_short_while(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0

    class Time:
        monotonic: Callable[[], float] = staticmethod(lambda: now)

    monkeypatch.setattr(credentials, "time", Time)
    with pytest.raises(NotFound):
        await list_tasks(gateway, THIRD)
    aws.role(THIRD, ROLE, external_id="x-1")
    with pytest.raises(NotFound):
        await list_tasks(gateway, THIRD)
    now += credentials.REFUSAL_SECONDS + 1
    assert (await list_tasks(gateway, THIRD))["Tasks"] == []
    assert assumed(aws) == 2


def test_a_failure_is_forgotten_sooner_than_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(credentials, "_now", lambda: now)
    refusals = Refusals()
    refusals.put("refused", NotFound("no"), LAB, "us-east-1")
    refusals.put("failed", Upstream("AWS failed"), LAB, "us-east-1")
    with pytest.raises(Upstream):
        refusals.check("failed")
    now += credentials.FAILURE_SECONDS + 1
    refusals.check("failed")
    with pytest.raises(NotFound):
        refusals.check("refused")


async def test_an_endpoint_that_refuses_connections_is_said_to_be_out_of_reach() -> None:
    class Sts:
        meta = SimpleNamespace(region_name="us-east-1")

        async def assume_role(self, **_: object) -> None:
            raise exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    request = {"RoleArn": "arn:aws:iam::222222222222:role/x"}
    role = assumed_role(AssumeRole(Sts(), request, RetryBudget(0)), Refusals(), "key")
    with pytest.raises(Upstream, match="AWS could not be reached for sts:AssumeRole"):
        await role.get_frozen_credentials()


async def test_a_refusal_is_logged_once_per_account_with_awss_words(
    aws: Sandbox, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    for account in (THIRD, "555555555555"):
        for access in (Access.READ, Access.RUN):
            with pytest.raises(NotFound):
                await gateway.bind(account).call("datasync", access, "list_tasks")
    lines = [each.getMessage() for each in caplog.records if each.name.startswith("graph.")]
    for line, account in zip(lines, (THIRD, "555555555555"), strict=True):
        assert line.startswith(
            f"AWS refused sts:AssumeRole in account {account}, us-east-1: AccessDenied: User: "
            "arn:aws:iam::"
        )
