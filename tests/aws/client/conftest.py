"""An HTTP endpoint in place of AWS, and a gateway to it: one of each per module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from tests.aws.client.endpoint import Endpoint
from tests.world import ORG, ROLE


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served_endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", endpoint.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "x")
        yield endpoint
    await runner.cleanup()


@pytest.fixture
def endpoint(served_endpoint: Endpoint) -> Endpoint:
    """As at first, whatever the test before asked of it."""
    served_endpoint.reset()
    return served_endpoint


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint_gateway(served_endpoint: Endpoint) -> AsyncIterator[Gateway]:
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1", retry_seconds=0)
    async with Gateway(clients, org=ORG, retry_seconds=0) as gateway:
        yield gateway
