"""A region that is not enabled looks like an ended session, and must not end the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import AccountGateway, Gateway
from graph.aws.client.served import Served
from graph.model.errors import Upstream
from graph.sandbox import Sandbox
from tests.aws.calls import assumed
from tests.world import LAB, ORG, furnish

HOME, FAR = "us-east-1", "eu-west-1"


@pytest.fixture
async def gateway(aws: Sandbox, clients: Clients) -> AsyncIterator[Gateway]:
    furnish(aws, LAB)
    async with Gateway(clients, org=ORG, served=Served(regions=(HOME, FAR))) as opened:
        yield opened


async def list_tasks(aws: AccountGateway) -> dict[str, Any]:
    return await aws.call("datasync", Access.READ, "list_tasks")


@pytest.fixture(params=["UnrecognizedClientException", "InvalidClientTokenId"])
def not_enabled(
    request: pytest.FixtureRequest, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What AWS answers in the second region."""
    get = clients.get

    class Refusing:
        async def list_tasks(self) -> None:
            raise ClientError({"Error": {"Code": request.param, "Message": "no"}}, "ListTasks")

    async def refusing(account_id: str, region: str, service: str, access: Access) -> Any:
        found = await get(account_id, region, service, access)
        return Refusing() if region == FAR else found

    monkeypatch.setattr(clients, "get", refusing)


@pytest.mark.usefixtures("not_enabled")
async def test_it_is_told_from_an_ended_session_and_renews_no_session(
    aws: Sandbox, gateway: Gateway
) -> None:
    home, far = gateway.in_regions(LAB)
    await list_tasks(home)
    for _ in range(5):
        with pytest.raises(Upstream, match="not enabled that account or region"):
            await list_tasks(far)
        await list_tasks(home)
    assert assumed(aws) == 1


async def test_a_session_that_has_ended_is_renewed_in_every_region(
    aws: Sandbox, gateway: Gateway
) -> None:
    home, far = gateway.in_regions(LAB)
    for each in (home, far):
        await list_tasks(each)
    aws.end_sessions()
    assert (await list_tasks(far))["Tasks"] == []
    assert (await list_tasks(home))["Tasks"] == []
    assert assumed(aws) == 2
