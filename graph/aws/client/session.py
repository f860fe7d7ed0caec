"""One SDK session for all roles, so that the expensive parts are created once."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from graph.aws.client.addresses import without_subdomain
from graph.aws.client.answers import check_answer
from graph.aws.client.service_models import extend

SERVICES: Final = ("datasync", "iam", "resourcegroupstaggingapi", "s3", "sts")
SURROUNDINGS: Final = ("ec2", "efs", "fsx", "kms", "logs", "s3control", "secretsmanager")
"""Services whose models are loaded when they are first called: few servers need all of them."""


class RoleSession(AioSession):
    """Provides each client with the credentials of the role that it is created for.

    Botocore reads them while it creates a client, so ``role`` is set during that time. None means
    the server's own credentials, from the SDK's default chain.
    """

    def __init__(self, services: tuple[str, ...] = SERVICES) -> None:
        super().__init__()
        extend(self)
        self._services: tuple[Any, ...] = services  # the SDK is typed for literal names
        self._loaded: set[str] = set()
        self.role: Any = None
        self.register("before-parse", check_answer)
        self.register("before-sign.s3-control", without_subdomain)

    @property
    def product(self) -> str:
        """The user agent that AWS records for each call: this server, and the SDK."""
        return f"datasync-api/{version('datasync-api')} {self.user_agent()}"

    async def get_credentials(self) -> Any:  # type: ignore[override]  # as AioSession's own is
        return self.role or await super().get_credentials()

    async def find_own_credentials(self) -> bool:
        """Looks for the server's own credentials, away from the event loop: that reads files."""
        return await asyncio.to_thread(lambda: asyncio.run(self._find_own()))

    async def _find_own(self) -> bool:
        return await super().get_credentials() is not None

    async def warm_up(self, region: str) -> None:
        """Loads and parses what the first client of a service needs, away from the event loop."""
        await asyncio.to_thread(lambda: asyncio.run(self._make_all(self._services, region)))
        self._loaded.update(self._services)

    async def load(self, service: str, region: str) -> None:
        """The same for one service, once. Not to be called twice at a time."""
        if service not in self._loaded:
            await asyncio.to_thread(lambda: asyncio.run(self._make_all((service,), region)))
            self._loaded.add(service)

    async def _make_all(self, services: tuple[Any, ...], region: str) -> None:
        for service in services:
            async with self.create_client(
                service,
                region_name=region,
                aws_access_key_id="none",
                aws_secret_access_key="none",  # noqa: S106 - no call is made with it
                config=AioConfig(),
            ):
                pass
