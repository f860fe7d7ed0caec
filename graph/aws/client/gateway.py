"""The way to AWS: calls with a deadline and a turn, lists page by page, equal reads shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from cachetools import LRUCache

from graph.aws.client.access import Access
from graph.aws.client.caches import Caches
from graph.aws.client.clients import Clients
from graph.aws.client.group_moves import GroupMoves
from graph.aws.client.measuring import Reports, measured
from graph.aws.client.paging import read_pages
from graph.aws.client.retries import RetryBudget
from graph.aws.client.sending import Sender
from graph.aws.client.served import Served
from graph.aws.client.shared_reads import SharedReads
from graph.aws.client.slots import AccountSlots
from graph.concurrency import TooMuch, current_work
from graph.model import names
from graph.model.errors import (
    ApiError,
    Invalid,
    QuotaExceeded,
    UpstreamTimeout,
)
from graph.model.mover import Account

_LIST_CALLS: Final = 3
"""How many times longer than one call the pages of a list may take together."""
_PLACES: Final = 1_000
"""Accounts, each in one region, whose retry budgets are kept."""
_SAFE: Final = ("describe_", "get_", "head_", "list_", "update_task_execution")
"""Prefixes of the operations that may be repeated whatever the outcome of the first attempt."""


class NotSent(UpstreamTimeout):
    """A timeout, as clients see it. The call was never sent: there is no effect to look for."""


class ArnGateway(Protocol):
    """Whatever leads from an ARN to the account and region that it is in."""

    def of(self, arn: str) -> AccountGateway:
        """Raises Invalid unless it is an ARN of this server's partition and of a known region."""
        ...

    def in_regions(self, account_id: str) -> tuple[AccountGateway, ...]:
        """An account in every region in which movers are managed."""
        ...


@dataclass(frozen=True, slots=True)
class AccountGateway:
    """AWS as seen from one account in one region."""

    gateway: Gateway
    account_id: str
    region: str

    @property
    def account(self) -> Account:
        """Raises NotFound for an account, and Invalid for a region, that is not served."""
        return self.gateway.served.account(*self.place)

    @property
    def place(self) -> tuple[str, str]:
        """The account and the region, which are the key of what is kept for both."""
        return self.account_id, self.region

    @property
    def org(self) -> str:
        return self.gateway.org

    @property
    def partition(self) -> str:
        return self.gateway.partition

    @property
    def caches(self) -> Caches:
        return self.gateway.caches

    @property
    def role_boundary(self) -> str | None:
        """The ARN of the policy that bounds every role that is created in the account."""
        return self.gateway.clients.role_boundary(self.account_id)

    def of(self, arn: str) -> AccountGateway:
        """The account and region of an ARN."""
        return self.gateway.of(arn)

    def in_regions(self, account_id: str) -> tuple[AccountGateway, ...]:
        """An account in every region in which movers are managed."""
        return self.gateway.in_regions(account_id)

    async def call(
        self, service: str, access: Access, operation: str, **params: Any
    ) -> dict[str, Any]:
        """One call. ``operation`` is spelled as the SDK's method is; absent parameters are None.

        The answer has the members that ``answers.REQUIRED`` names. Raises UpstreamTimeout after
        the time that a call may take, retries and the wait for a turn included; NotSent if all of
        that time was spent in that wait; and what AWS's error means.
        """
        return await self.gateway.send(self, service, access, operation, params)

    async def pages(
        self,
        service: str,
        operation: str,
        key: str,
        *,
        most: int | None = None,
        access: Access = Access.READ,
        **params: Any,
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Every page of a list, or the first ``most``; ``key`` names the member with the items.

        Raises Upstream if the list is too long or breaks off, UpstreamTimeout if its pages
        together take longer than three calls may.
        """
        async for page in read_pages(
            lambda place: self.call(service, access, operation, **params, **place),
            service,
            key,
            most=most,
            seconds=_LIST_CALLS * self.gateway.call_seconds,
        ):
            yield page

    async def shared(
        self,
        key: tuple[Hashable, ...],
        read: Callable[[], Coroutine[Any, Any, Any]],
        *,
        fresh: bool = False,
    ) -> Any:
        """The result of ``read``, or of an equal read of this account that is under way.

        ``fresh``: but not of one that began before this call, or before a change that followed it.
        """
        return await self.gateway.reads.get((*self.place, *key), read, fresh=fresh)


class Gateway:
    """Opened and closed by the application, for all its requests."""

    def __init__(
        self,
        clients: Clients,
        *,
        org: str,
        served: Served | None = None,
        call_seconds: float = 20.0,
        retry_seconds: float = 0.5,
    ) -> None:
        """``served``: by default all accounts, in the region of the clients.

        ``retry_seconds``: the longest wait before the second attempt of a call.
        """
        self.org, self.clients = org, clients
        self.served = served or Served(regions=(clients.region,))
        self.call_seconds, self._retry_seconds = call_seconds, retry_seconds
        self._slots = AccountSlots()
        self._sender = Sender(clients, self.served.default)
        self._retries: LRUCache[tuple[str, str], RetryBudget] = LRUCache(_PLACES)
        self._reports = Reports()
        self.reads = SharedReads()
        self.caches = Caches()
        self.moves = GroupMoves()

    async def __aenter__(self) -> Self:
        await self.clients.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.reads.aclose()
        await self.clients.__aexit__(*exc)

    @property
    def partition(self) -> str:
        return self.clients.partition

    def bind(self, account_id: str, region: str | None = None) -> AccountGateway:
        """An account in any region; in the default one if that is None."""
        return AccountGateway(self, names.account_id(account_id), region or self.served.default)

    def at(self, account_id: str, region: str | None) -> AccountGateway:
        """The same by the region of a record: None is the home region."""
        return self.bind(account_id, region or self.served.home)

    def in_regions(self, account_id: str) -> tuple[AccountGateway, ...]:
        """An account in every region in which movers are managed; the default one comes first."""
        return tuple(self.bind(account_id, region) for region in self.served.regions)

    def of(self, arn: str) -> AccountGateway:
        """The account and region of an ARN; the default region where the ARN has none.

        Raises Invalid for an ARN without an account, or of another partition or an unknown region.
        """
        parts = names.arn(arn)
        region = parts.region or self.served.default
        known = region in self.clients.regions or region in self.served.regions
        if parts.partition != self.partition or not known:
            raise Invalid(f"'{arn}' is not in a region that this server can reach.")
        return AccountGateway(self, names.account_id(parts.account), region)

    async def send(
        self,
        bound: AccountGateway,
        service: str,
        access: Access,
        operation: str,
        params: dict[str, Any],
    ) -> dict[str, Any]:
        """As ``AccountGateway.call``."""
        given = {name: value for name, value in params.items() if value is not None}
        name = "".join(part.capitalize() for part in operation.split("_"))
        doing, safe = f"{service}:{name}", operation.startswith(_SAFE)
        self.count(bound.account_id)

        async def attempt() -> dict[str, Any]:
            return await self._send(bound, service, access, operation, given)

        def known(error: Exception) -> Exception:
            return self._sender.translated(bound.place, error, doing, given)

        try:
            with measured(service, name, bound.region, self.clients.class_of(bound.account_id)):
                return await self._in_turn(bound.place, access, attempt, known, safe=safe)
        except ApiError as error:
            self._reports.report(error, doing, *bound.place)
            raise
        finally:
            if not safe:
                self.reads.forget(bound.account_id)
                self.caches.note_change(*bound.place)

    def count(self, account_id: str, calls: int = 1) -> None:
        """Counts calls for the request. Raises QuotaExceeded beyond what one may take."""
        try:
            known = account_id in self.served.accounts
            current_work().usage.count(account_id, known=known, calls=calls)
        except TooMuch as error:
            raise QuotaExceeded(f"{error} Request less at a time.") from None

    async def _in_turn(
        self,
        place: tuple[str, str],
        access: Access,
        attempt: Callable[[], Awaitable[dict[str, Any]]],
        known: Callable[[Exception], Exception],
        *,
        safe: bool,
    ) -> dict[str, Any]:
        retries = self._retries.get(place)
        if retries is None:
            self._retries[place] = retries = RetryBudget(self._retry_seconds)
        sent = False
        try:
            async with (
                asyncio.timeout(self.call_seconds),
                self._slots.slot(*place, reads=access.reads),
            ):
                sent = True
                return await retries.run(attempt, known, safe=safe)
        except TimeoutError as error:
            if sent:
                raise known(error) from error
            raise NotSent(
                "Too many calls to account {} are in progress in {}. Try again.".format(*place)
            ) from error

    async def _send(
        self,
        bound: AccountGateway,
        service: str,
        access: Access,
        operation: str,
        given: dict[str, Any],
    ) -> dict[str, Any]:
        """As ``Sender.send``."""
        return await self._sender.send(bound.place, service, access, operation, given)
