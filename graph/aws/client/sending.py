"""Sends calls with valid credentials; tells ended sessions from regions that are not enabled."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError
from cachetools import TTLCache

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.codes import ACCOUNT
from graph.aws.client.errors import ends_session, translate

_DISABLED: Final = 1_000
_DISABLED_SECONDS: Final = 60.0


class Sender:
    """One per gateway.

    AWS answers in a region that an account has not enabled as if the session had ended. Renewing it
    does not help there, and would disturb the calls to the other regions, which share the session.
    """

    def __init__(self, clients: Clients, default: str) -> None:
        """``default``: the region in which every account is expected to be enabled."""
        self._clients, self._default = clients, default
        self._disabled: TTLCache[tuple[str, str], bool] = TTLCache(_DISABLED, _DISABLED_SECONDS)
        """Accounts and regions where new credentials were not accepted either."""

    async def send(
        self,
        place: tuple[str, str],
        service: str,
        access: Access,
        operation: str,
        given: dict[str, Any],
    ) -> dict[str, Any]:
        """Sends the call; if its credentials are no longer accepted, once more with new ones."""
        renewed = False
        while True:
            client = await self._clients.get(*place, service, access)
            try:
                answer: dict[str, Any] = await getattr(client, operation)(**given)
            except ClientError as error:
                if not ends_session(error, service) or place in self._disabled:
                    raise
                if renewed:
                    if place[1] != self._default:
                        self._disabled[place] = True
                    raise
                await self._clients.forget(place[0], access, client)
                renewed = True
            else:
                answer.pop("ResponseMetadata", None)
                return answer

    def translated(
        self, place: tuple[str, str], error: Exception, doing: str, given: dict[str, Any]
    ) -> Exception:
        """As ``translate``, for a call in an account and region."""
        ends = isinstance(error, ClientError) and ends_session(error, doing.partition(":")[0])
        if ends and place in self._disabled:
            return ACCOUNT.kind(str(ACCOUNT.text).format(doing=doing))
        return translate(error, doing, given)
