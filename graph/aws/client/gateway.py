"""One AWS call after another: counted, bounded in time, shared where equal, errors translated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, Self
from weakref import WeakValueDictionary

from botocore.exceptions import ClientError
from cachetools import LRUCache

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.errors import ends_session, translate, unknown_account
from graph.aws.client.measuring import Reports, measured
from graph.aws.client.memory import Memory
from graph.aws.client.retries import Retries
from graph.model import names
from graph.model.errors import ApiError, Upstream, UpstreamTimeout
from graph.model.mover import Account

_AT_ONCE: Final = 25
"""Calls to one account at a time, of those that read and of the others each: however much is being
made, who asks for a list does not wait behind that. DataSync's request rates are not published."""
_PAGES: Final = 200
"""Of one list: more than the quotas of an account allow; a list that goes on does not end."""
_CALLS_A_LIST: Final = 3
"""A list of many slow pages is given up after so many times what one call may take."""
_ACCOUNTS: Final = 1_000
"""Accounts whose retry budgets are kept."""
_SAFE: Final = ("describe_", "get_", "list_")
"""How the names of operations begin that may be repeated whatever came of the first attempt."""
_TOKENS: Final = {
    "datasync": ("NextToken", "NextToken"),
    "resourcegroupstaggingapi": ("PaginationToken", "PaginationToken"),
    "iam": ("Marker", "Marker"),
}
"""By service: the member that asks for the next page, and the one that names it."""


class NotSent(UpstreamTimeout):
    """To clients a timeout as any. It had no effect for sure: there is nothing to look for."""


class Gateway:
    """The only way to AWS. Opened and closed by the application, for all its requests."""

    def __init__(
        self,
        clients: Clients,
        *,
        org: str,
        accounts: frozenset[str] = frozenset(),
        call_seconds: float = 20.0,
        retry_seconds: float = 0.5,
    ) -> None:
        self.org, self._clients, self._accounts = org, clients, accounts
        self._call_seconds, self._retry_seconds = call_seconds, retry_seconds
        self._retries: LRUCache[str, Retries] = LRUCache(_ACCOUNTS)
        self._reports = Reports()
        # By account, as long as a call holds or awaits one: accounts are whatever callers ask for.
        self._slots: WeakValueDictionary[tuple[str, bool], asyncio.Semaphore]
        self._slots = WeakValueDictionary()
        self._flights: dict[tuple[object, ...], asyncio.Task[Any]] = {}
        self.memory = Memory()

    async def __aenter__(self) -> Self:
        await self._clients.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._clients.__aexit__(*exc)

    @property
    def region(self) -> str:
        return self._clients.region

    @property
    def partition(self) -> str:
        return self._clients.partition

    @property
    def listed_accounts(self) -> tuple[Account, ...]:
        """The accounts that the settings allow; empty where they allow any."""
        return tuple(Account(account_id, self.region) for account_id in sorted(self._accounts))

    def account(self, account_id: str) -> Account:
        """The account, if its id is well-formed and allowed. Asks AWS nothing."""
        names.account_id(account_id)
        if self._accounts and account_id not in self._accounts:
            raise unknown_account(account_id)
        return Account(account_id, self.region)

    async def call(
        self, account_id: str, service: str, access: Access, operation: str, **params: Any
    ) -> dict[str, Any]:
        """One call. ``operation`` is spelled as the SDK's method is; absent parameters are None.

        Raises UpstreamTimeout after ``call_seconds``, retries and the wait for a turn included;
        NotSent where all of that time was spent in that wait.
        """
        given = {name: value for name, value in params.items() if value is not None}
        name = "".join(part.capitalize() for part in operation.split("_"))
        safe = operation.startswith(_SAFE)

        async def attempt() -> dict[str, Any]:
            return await self._send(account_id, service, access, operation, given)

        try:
            with measured(service, name):
                return await self._in_turn(
                    account_id, access, f"{service}:{name}", attempt, safe=safe
                )
        except ApiError as error:
            self._reports.report(error, f"{service}:{name}", account_id)
            raise
        finally:
            if not safe:
                self._forget_flights(account_id)

    async def _in_turn(
        self,
        account_id: str,
        access: Access,
        doing: str,
        attempt: Callable[[], Coroutine[Any, Any, dict[str, Any]]],
        *,
        safe: bool,
    ) -> dict[str, Any]:
        retries = self._retries.get(account_id)
        if retries is None:
            self._retries[account_id] = retries = Retries(self._retry_seconds)
        sent = False
        try:
            async with asyncio.timeout(self._call_seconds), self._slot(account_id, access):
                sent = True
                return await retries.run(attempt, lambda error: translate(error, doing), safe=safe)
        except TimeoutError as error:
            if sent:
                raise translate(error, doing) from error
            raise NotSent(
                f"too many calls to account {account_id} are in progress; try again"
            ) from error

    async def _send(
        self, account_id: str, service: str, access: Access, operation: str, given: dict[str, Any]
    ) -> dict[str, Any]:
        """Once more, with new credentials, where those that it had are no longer accepted."""
        client = await self._clients.get(account_id, service, access)
        try:
            answer: dict[str, Any] = await getattr(client, operation)(**given)
        except ClientError as error:
            if not ends_session(error, service):
                raise
            await self._clients.forget(account_id, access, client)
            client = await self._clients.get(account_id, service, access)
            answer = await getattr(client, operation)(**given)
        return answer

    def _slot(self, account_id: str, access: Access) -> asyncio.Semaphore:
        key = (account_id, access is Access.READ)
        slots = self._slots.get(key)
        if slots is None:
            self._slots[key] = slots = asyncio.Semaphore(_AT_ONCE)
        return slots

    async def pages(  # noqa: PLR0913 - a call has so many parts
        self,
        account_id: str,
        service: str,
        operation: str,
        key: str,
        *,
        most: int | None = None,
        access: Access = Access.READ,
        **params: Any,
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Every page of a list, or the first ``most``; ``key`` names the member with the items.

        Raises Upstream where the list does not come to an end, UpstreamTimeout where its pages
        together take more than three calls may.
        """
        asks, gives = _TOKENS[service]
        token: str | None = None
        until = asyncio.get_running_loop().time() + _CALLS_A_LIST * self._call_seconds
        for _ in range(most or _PAGES):
            more: dict[str, Any] = {asks: token} if token else {}
            try:
                async with asyncio.timeout_at(until):
                    answer = await self.call(
                        account_id, service, access, operation, **params, **more
                    )
            except TimeoutError:
                raise UpstreamTimeout(f"AWS's list of {key} takes too long; try again") from None
            yield answer[key]
            before, token = token, answer.get(gives) or None
            if token is None:
                if answer.get("IsTruncated"):
                    raise Upstream(f"AWS's list of {key} breaks off; try again")
                return
            if token == before:
                break
        else:
            if most is not None:
                return
        raise Upstream(f"AWS's list of {key} does not come to an end")

    async def shared(
        self,
        account_id: str,
        key: tuple[object, ...],
        read: Callable[[], Coroutine[Any, Any, Any]],
        *,
        fresh: bool = False,
    ) -> Any:
        """What ``read`` gives; who asks for the same while it is under way shares the answer.

        ``fresh``: but for one that began before it was asked for.
        """
        flight = self._flights.get((account_id, *key))
        if flight is not None and fresh:
            await asyncio.wait([flight])
            flight = self._flights.get((account_id, *key))
        if flight is None:
            # The gateway owns it, not the first who asked: that one may leave before the others.
            flight = asyncio.create_task(read())
            self._flights[(account_id, *key)] = flight
            flight.add_done_callback(lambda done: self._landed((account_id, *key), done))
        return await asyncio.shield(flight)

    def _landed(self, key: tuple[object, ...], flight: asyncio.Task[Any]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # read, so that an answer nobody waits for is not reported

    def _forget_flights(self, account_id: str) -> None:
        """After a change nobody may join a read that began before it."""
        for key in [key for key in self._flights if key[0] == account_id]:
            del self._flights[key]
