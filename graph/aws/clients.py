"""Every client of the server, made once: one model loader, one HTTP pool, a session a role."""

from __future__ import annotations

import asyncio
import copy
from contextlib import AsyncExitStack
from typing import Any, Final, Self

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession

from graph.aws.access import Access, session_policies
from graph.aws.credentials import AssumedRole

SERVICES: Final = ("datasync", "iam", "resourcegroupstaggingapi", "sts")
_TIMEOUTS: Final = (3, 15)
"""Seconds to connect, and to wait for the next byte."""
_POOL: Final = 100
_KEEP_ALIVE: Final = 60.0
"""Seconds: polls that are further apart than the default of 12 would connect anew each time."""


class Clients:
    """Opens clients on demand and closes them all at the end.

    A client is never shared between accounts: it keeps count of its retries.
    """

    def __init__(
        self, *, region: str, role: str, org: str, external_id: str | None, http: Any = None
    ) -> None:
        self.region, self._role, self._org, self._external_id = region, role, org, external_id
        self._http = http or AIOHTTPSession(
            timeout=_TIMEOUTS,  # type: ignore[arg-type]  # a pair is taken, and typed as a number
            max_pool_connections=_POOL,
            connector_args={"keepalive_timeout": _KEEP_ALIVE},
        )
        # Never merge configurations: AioConfig.merge() drops http_session_cls.
        borrowed = _borrowed(self._http)
        self._reading = _config(borrowed, attempts=3)
        # A create whose answer was lost must not be sent again blindly: it would make a double.
        self._writing = _config(borrowed, attempts=1)
        self._home = AioSession()
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._sessions: dict[tuple[str, Access], aioboto3.Session] = {}
        self._clients: dict[tuple[str, Access, str], Any] = {}
        self._sts: Any = None
        self.partition = "aws"

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        await asyncio.to_thread(self._load_models)
        self.partition = self._home.get_partition_for_region(self.region)
        await self._stack.enter_async_context(self._http)
        home = aioboto3.Session(botocore_session=self._home)
        self._sts = await self._open(home, "sts", self._reading)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def get(self, account_id: str, service: str, access: Access) -> Any:
        """The client for ``service`` in an account, made on the first call."""
        key = (account_id, access, service)
        if key not in self._clients:
            async with self._lock:
                if key not in self._clients:
                    session = self._session(account_id, access)
                    config = self._reading if access is Access.READ else self._writing
                    self._clients[key] = await self._open(session, service, config)
        return self._clients[key]

    def _session(self, account_id: str, access: Access) -> aioboto3.Session:
        """One a role and kind of access; the credentials are fetched when first needed."""
        key = (account_id, access)
        if key not in self._sessions:
            # The built-in handlers are registered once, at home: that is half of a session's cost.
            handlers = copy.copy(self._home._original_handler)  # type: ignore[attr-defined]  # noqa: SLF001
            session = AioSession(event_hooks=handlers, include_builtin_handlers=False)
            session.register_component("data_loader", self._home.get_component("data_loader"))
            provider = AssumedRole(self._sts, self._assume_role_request(account_id, access))
            session.register_component("credential_provider", provider)
            self._sessions[key] = aioboto3.Session(botocore_session=session)
        return self._sessions[key]

    def _assume_role_request(self, account_id: str, access: Access) -> dict[str, Any]:
        request: dict[str, Any] = {
            "RoleArn": f"arn:{self.partition}:iam::{account_id}:role/{self._role}",
            "RoleSessionName": "datasync-api",
            "Tags": [{"Key": "spinup:org", "Value": self._org}],
            **session_policies(access, self.partition, self._org),
        }
        if self._external_id:
            request["ExternalId"] = self._external_id
        return request

    async def _open(self, session: aioboto3.Session, service: str, config: AioConfig) -> Any:
        client = session.client(service, region_name=self.region, config=config)
        return await self._stack.enter_async_context(client)

    def _load_models(self) -> None:
        """Reads the service models from disk, which takes long, off the event loop."""
        loader = self._home.get_component("data_loader")
        for service in SERVICES:
            for kind in ("service-2", "endpoint-rule-set-1"):
                loader.load_service_model(service, kind)
        loader.load_data_with_path("endpoints")
        loader.load_data("sdk-default-configuration")


def _config(http_session_cls: type, attempts: int) -> AioConfig:
    return AioConfig(
        http_session_cls=http_session_cls,
        connect_timeout=_TIMEOUTS[0],
        read_timeout=_TIMEOUTS[1],
        retries={"mode": "standard", "total_max_attempts": attempts},
    )


def _borrowed(http: Any) -> type:
    """An ``http_session_cls`` that sends through one open session and leaves it open."""

    class Borrowed:
        def __init__(self, **_: Any) -> None:
            """Botocore's arguments were given to the session that is borrowed."""

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *exc: object) -> None:
            """Whoever opened the session closes it."""

        async def close(self) -> None:
            """Whoever opened the session closes it."""

        async def send(self, request: Any) -> Any:
            return await http.send(request)

    return Borrowed
