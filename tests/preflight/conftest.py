"""Probes of an account of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import AccountGateway, Gateway
from graph.preflight.probe import Probe
from graph.sandbox import Sandbox
from tests.world import LAB, ORG, OTHER, ROLE


@pytest.fixture
async def account(aws: Sandbox) -> AsyncIterator[AccountGateway]:
    for each in (LAB, OTHER):
        aws.role(each, ROLE, external_id="x-1")
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:
        yield gateway.bind(LAB)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the first client of a service takes seconds on a busy machine."""
    assert Probe.ask.__kwdefaults__ is not None
    monkeypatch.setitem(Probe.ask.__kwdefaults__, "seconds", 60.0)


@pytest.fixture
def probe(account: AccountGateway) -> Probe:
    return Probe(account)
