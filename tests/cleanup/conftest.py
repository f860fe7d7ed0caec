"""A gateway to an account with a management role and two buckets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.sandbox import Sandbox
from tests.world import LAB, ORG, ROLE, furnish


@pytest_asyncio.fixture
async def gateway(aws: Sandbox) -> AsyncIterator[Gateway]:
    furnish(aws, LAB)
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as opened:
        yield opened
