"""One SDK session for all roles, so that the expensive parts are created once."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from graph.aws.client.answers import check_answer

SERVICES: Final = ("datasync", "iam", "resourcegroupstaggingapi", "s3", "sts")
_IN_EVENTS: Final = {"resourcegroupstaggingapi": "resource-groups-tagging-api"}
"""Services with another name in the SDK's events."""


class RoleSession(AioSession):
    """Provides each client with the credentials of the role that it is created for.

    Botocore reads them while it creates a client, so ``role`` is set during that time. None means
    the server's own credentials, from the SDK's default chain.
    """

    def __init__(self, services: tuple[str, ...] = SERVICES) -> None:
        self._services: tuple[Any, ...] = services  # the SDK is typed for literal names
        super().__init__()
        self.role: Any = None
        self.register("before-parse", check_answer)

    async def get_credentials(self) -> Any:  # type: ignore[override]  # as AioSession's own is
        return self.role or await super().get_credentials()

    async def find_own_credentials(self) -> bool:
        """Looks for the server's own credentials, away from the event loop: that reads files."""
        return await asyncio.to_thread(lambda: asyncio.run(self._find_own()))

    async def _find_own(self) -> bool:
        return await super().get_credentials() is not None

    def _register_builtin_handlers(self, events: Any) -> None:
        """Omits handlers of other services, which each client would copy: a third of its cost."""
        ours = _OfOurServices(events, self._services)
        super()._register_builtin_handlers(ours)  # type: ignore[misc]  # untyped

    async def warm_up(self, region: str) -> None:
        """Loads and parses what the first client of a service needs, away from the event loop."""
        await asyncio.to_thread(lambda: asyncio.run(self._make_all(region)))

    async def _make_all(self, region: str) -> None:
        for service in self._services:
            async with self.create_client(
                service,
                region_name=region,
                aws_access_key_id="none",
                aws_secret_access_key="none",  # noqa: S106 - no call is made with it
                config=AioConfig(),
            ):
                pass


class _OfOurServices:
    """An emitter that accepts only handlers of our services, and none for documentation."""

    def __init__(self, events: Any, services: tuple[str, ...]) -> None:
        self._events = events
        self._names = {"*", *(_IN_EVENTS.get(name, name) for name in services)}

    def __getattr__(self, name: str) -> Any:
        register = getattr(self._events, name)

        def register_ours(event: str, handler: Any, *more: Any, **others: Any) -> None:
            kind, _, rest = event.partition(".")
            if kind != "docs" and (rest.partition(".")[0] or "*") in self._names:
                register(event, handler, *more, **others)

        return register_ours
