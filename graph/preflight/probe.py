"""The calls to AWS of one preflight: each with a deadline, and all together within a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from graph.aws.client.gateway import AccountGateway
from graph.model.errors import AccessDenied, ApiError, Forbidden, NotFound
from graph.model.preflight import PreflightCheck
from graph.preflight.results import About

T = TypeVar("T")

MOST_CALLS: Final = 12
"""Of one preflight, in an account whose tasks fit on a page. One more for each key of KMS."""
_SECONDS: Final = 5.0
"""That each answer may take."""


class Unknown(Exception):
    """What a check needs cannot be read."""

    def __init__(self, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.message, self.fix = message, fix


class Probe:
    """Reads from AWS for the checks of one preflight."""

    def __init__(
        self, aws: AccountGateway, most: int = MOST_CALLS, advice: str | None = None
    ) -> None:
        """``advice``: what to do about checks that would take more calls than ``most``."""
        self.aws, self._left, self._advice = aws, most, advice

    def at(self, region: str | None) -> AccountGateway:
        """The account in another region, if it is one that the server can reach."""
        known = region in self.aws.gateway.clients.regions
        return replace(self.aws, region=region) if region and known else self.aws

    async def ask(
        self,
        action: str,
        read: Callable[[], Awaitable[T]],
        *,
        calls: int = 1,
        seconds: float = _SECONDS,
    ) -> T:
        """What ``read`` returns. ``action``: the permission that its call needs.

        Raises NotFound, and Unknown for anything else that prevents an answer.
        """
        if calls > self._left:
            text = f"Not examined: a preflight makes at most {MOST_CALLS} calls to AWS."
            raise Unknown(text, self._advice)
        self._left -= calls
        try:
            async with asyncio.timeout(seconds):
                return await read()
        except TimeoutError:
            raise Unknown(f"AWS did not answer within {seconds:.0f} seconds. Try again.") from None
        except (AccessDenied, Forbidden) as error:
            raise Unknown(error.message, allow(action)) from error
        except NotFound:
            raise
        except ApiError as error:
            raise Unknown(error.message) from error


def allow(action: str) -> str:
    """The advice for a permission that the server lacks."""
    return (
        f"Allow the management role of the account {action}, as the policy `discover` of the "
        "templates does. The mover itself does not need it."
    )


async def guarded(
    about: About, examine: Callable[[About], Awaitable[list[PreflightCheck]]]
) -> list[PreflightCheck]:
    """The checks of ``examine``; UNKNOWN if what it needs cannot be read."""
    try:
        return await examine(about)
    except Unknown as unknown:
        return [about.unknown(unknown.message, unknown.fix)]
    except NotFound as error:  # of something else than what is examined
        return [about.unknown(error.message)]
