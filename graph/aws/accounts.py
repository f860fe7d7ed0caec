"""Whether an account lets this server in."""

from __future__ import annotations

import asyncio

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway
from graph.model.errors import UpstreamTimeout


async def enter_account(aws: AccountGateway) -> None:
    """Assumes the role that reads are made with, unless its credentials are valid anyway.

    Raises NotFound if the account does not let the server in, Upstream if AWS fails.
    """
    gateway = aws.gateway
    entered = gateway.clients.has_entered(aws.account_id, Access.READ)
    gateway.count(aws.account_id, calls=0 if entered else 1)
    try:
        async with asyncio.timeout(gateway.call_seconds):
            await gateway.clients.get(aws.account_id, aws.region, "datasync", Access.READ)
    except TimeoutError:
        raise UpstreamTimeout("AWS did not answer sts:AssumeRole in time. Try again.") from None
