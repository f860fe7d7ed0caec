"""Creates each client once: one SDK session, one connection pool, credentials per role."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final, Self

import aioboto3
from aiobotocore.config import AioConfig
from botocore.exceptions import NoCredentialsError

from graph.aws.client.access import Access, session_policies
from graph.aws.client.credentials import AssumeRole, Refusals, assumed_role
from graph.aws.client.measuring import NO_CLASSES, OTHER
from graph.aws.client.pools import Pools, borrowed
from graph.aws.client.retries import RetryBudget
from graph.aws.client.session import SERVICES, RoleSession
from graph.aws.client.shared_reads import SharedReads
from graph.concurrency import FairSlots, TooManyWaiting
from graph.model.errors import ApiError, Throttled
from graph.model.mover import ORG_TAG
from graph.observability.metrics import LIMITED, QUEUE_LENGTH

MOST_ROLES: Final = 300
"""Roles, by account and kind of access. Beyond it, the least recently used are closed."""
_CONNECT: Final = 3.0
"""Seconds to connect."""
_ASSUMING: Final = 20
"""Calls of AssumeRole at a time."""
_ASSUMING_PER_CALLER: Final = 5
_WAITING: Final = 500
"""Roles that one caller may wait for."""
_FRESH_SECONDS: Final = 1.0
"""How long credentials are not checked again. They are renewed minutes before they expire."""

RoleKey = tuple[str, Access]


@dataclass(eq=False)
class Role:
    """The management role of an account, assumed for one kind of access, with its clients.

    They are kept by service and region.
    """

    credentials: Any
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _fresh_until: float = 0.0

    @property
    def is_stale(self) -> bool:
        """Whether its credentials have to be renewed, as of at most a second ago."""
        now = time.monotonic()
        if now < self._fresh_until:
            return False
        if self.credentials.refresh_needed():
            return True
        self._fresh_until = now + _FRESH_SECONDS
        return False

    async def close(self) -> None:
        """Closes its clients. A call in progress still ends, because the pool stays open."""
        clients, self.clients = self.clients, {}
        for client in clients.values():
            await client.__aexit__(None, None, None)


class Clients:
    """Opens clients on demand and closes them all at the end.

    A client is never shared between accounts: it keeps count of its retries.
    """

    def __init__(  # noqa: PLR0913 - what a deployment decides
        self,
        *,
        region: str,
        role: str,
        org: str,
        external_id: str | None,
        read_seconds: float = 15.0,
        retry_seconds: float = 0.5,
        most: int = MOST_ROLES,
        services: tuple[str, ...] = SERVICES,
        role_boundary: str | None = None,
        classes: Mapping[str, str] = NO_CLASSES,
    ) -> None:
        """``read_seconds``: how long the next byte of an answer is waited for.

        ``services``: those whose models are loaded at the start.
        ``role_boundary``: the ARN of a policy; ``{account}`` in it stands for the account's id.
        ``classes``: by account, for metrics.
        """
        self.region, self._role, self._org, self._external_id = region, role, org, external_id
        self._role_boundary, self._classes = role_boundary, classes
        timeouts = (_CONNECT, read_seconds)
        self._pools = Pools(timeouts)
        # Never merge configurations: AioConfig.merge() drops http_session_cls.
        self._session = RoleSession(services)
        self._config = _config(borrowed(self._pools), timeouts, self._session.product)
        self._sdk = aioboto3.Session(botocore_session=self._session)
        self._stack = AsyncExitStack()
        self._making = asyncio.Lock()
        self._most = most
        self._roles: OrderedDict[RoleKey, Role] = OrderedDict()
        # Not among the roles before AWS has confirmed them: accounts are whatever callers ask for.
        self._assumed = SharedReads(timeless=True)
        self._assuming = _turns()
        self._refusals = Refusals()
        self._retries = RetryBudget(retry_seconds)
        self._sts: Any = None
        self.partition = "aws"
        self.regions = frozenset({region})

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        await self._session.warm_up(self.region)
        self.partition = self._session.get_partition_for_region(self.region)
        known = await self._session.get_available_regions("datasync", self.partition)
        self.regions = frozenset({self.region, *known})
        self._stack.push_async_callback(self._pools.aclose)
        self._sts = await self._made("sts", self.region, None)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._assumed.aclose()
        while self._roles:
            await self._roles.popitem()[1].close()
        await self._stack.aclose()

    def role_arn(self, account_id: str) -> str:
        """The ARN of the management role of an account."""
        return f"arn:{self.partition}:iam::{account_id}:role/{self._role}"

    def role_boundary(self, account_id: str) -> str | None:
        """The ARN of the policy that bounds every role that is created in an account."""
        return self._role_boundary and self._role_boundary.replace("{account}", account_id)

    def class_of(self, account_id: str) -> str:
        """The class of an account in metrics."""
        return self._classes.get(account_id, OTHER)

    def has_entered(self, account_id: str, access: Access) -> bool:
        """Whether there are credentials for an account, which may have to be renewed."""
        return (account_id, access) in self._roles

    def __len__(self) -> int:
        """How many roles are kept."""
        return len(self._roles)

    async def identity(self) -> str:
        """The ARN that the server's own credentials belong to. Raises the SDK's errors.

        Looks for credentials again if there were none: a client never does.
        """
        try:
            answer = await self._sts.get_caller_identity()
        except NoCredentialsError:
            if not await self._session.find_own_credentials():
                raise
            async with self._making:
                self._sts = await self._made("sts", self.region, None)
            answer = await self._sts.get_caller_identity()
        return str(answer["Arn"])

    async def get(self, account_id: str, region: str, service: str, access: Access) -> Any:
        """The client for ``service`` in an account and region, made on the first call.

        Raises what STS answered if the account does not let the server in; then only that answer is
        kept, for a short while.
        """
        role = await self._role_of((account_id, access))
        # IAM is the same in all regions.
        wanted = (service, self.region if service == "iam" else region)
        if wanted not in role.clients:
            async with self._making:
                # Creating a client never yields: without this, many would block the loop.
                await asyncio.sleep(0)
                if wanted not in role.clients:
                    await self._session.load(*wanted)
                    role.clients[wanted] = await self._made(*wanted, role.credentials)
        return role.clients[wanted]

    async def forget(self, account_id: str, access: Access, client: Any) -> None:
        """Drops the credentials that this client has, unless others have taken their place."""
        role = self._roles.get((account_id, access))
        if role is not None and any(client is kept for kept in role.clients.values()):
            del self._roles[account_id, access]
            await role.close()

    async def _role_of(self, key: RoleKey) -> Role:
        """The role with valid credentials. Concurrent callers wait for one call."""
        role = self._roles.get(key)
        if role is None or role.is_stale:
            role = await self._assumed.get(key, lambda: self._assume(key))
        if key in self._roles:
            self._roles.move_to_end(key)
        return role

    async def _assume(self, key: RoleKey) -> Role:
        role = self._roles.get(key)
        if role is None:
            self._refusals.check(key)
            request = self._assume_role_request(*key)
            assume = AssumeRole(self._sts, request, self._retries, self.class_of(key[0]))
            role = Role(assumed_role(assume, self._refusals, key))
        try:
            async with self._assuming.slot():
                await role.credentials.get_frozen_credentials()
        except TooManyWaiting:
            LIMITED.labels("roles").inc()
            raise Throttled(
                "Too many accounts are requested at the same time. Request fewer."
            ) from None
        except ApiError:
            if self._roles.get(key) is role:
                del self._roles[key]
                await role.close()
            raise
        await self._keep(key, role)
        return role

    async def _keep(self, key: RoleKey, role: Role) -> None:
        self._roles[key] = role
        while len(self._roles) > self._most:
            await self._roles.popitem(last=False)[1].close()

    def _assume_role_request(self, account_id: str, access: Access) -> dict[str, Any]:
        request: dict[str, Any] = {
            "RoleArn": self.role_arn(account_id),
            "RoleSessionName": "datasync-api",
            "Tags": [{"Key": ORG_TAG, "Value": self._org}],
            **session_policies(access, self.partition, self._org, self.role_boundary(account_id)),
        }
        if self._external_id:
            request["ExternalId"] = self._external_id
        return request

    async def _made(self, service: str, region: str, credentials: Any) -> Any:
        """One at a time: the session holds the credentials of the client that is being made."""
        self._session.role = credentials
        try:
            client = self._sdk.client(service, region_name=region, config=self._config)
            return await client.__aenter__()
        finally:
            self._session.role = None


def _turns() -> FairSlots:
    length = QUEUE_LENGTH.labels("roles")
    return FairSlots(_ASSUMING, per_caller=_ASSUMING_PER_CALLER, waiting=_WAITING, length=length)


def _config(http_session_cls: type, timeouts: tuple[float, float], user_agent: str) -> AioConfig:
    """The SDK repeats nothing by itself: the gateway does, by what an error means.

    With a user agent that is given, it does not compose one for each request.
    """
    connect, read = timeouts
    return AioConfig(
        http_session_cls=http_session_cls,
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": 1},
        user_agent=user_agent,
    )
