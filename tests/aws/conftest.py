"""A gateway to the sandbox, with a management role in one account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.sandbox import Sandbox
from tests.world import LAB, ORG, OTHER, ROLE


@pytest.fixture
def clients() -> Clients:
    """Not open yet: the gateway opens them."""
    return Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")


@pytest.fixture
async def gateway(aws: Sandbox, clients: Clients) -> AsyncIterator[Gateway]:
    for account in (LAB, OTHER):
        aws.role(account, ROLE, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:
        yield gateway
