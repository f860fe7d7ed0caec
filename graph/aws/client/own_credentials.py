"""Whether AWS accepts the server's own credentials, with which it assumes all roles."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from graph.aws.client.errors import NO_CREDENTIALS, code_of, is_refusal, text_of
from graph.concurrency import Rounds
from graph.model.clock import Clock
from graph.observability.outages import Outage

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 300.0
"""Between two checks of credentials that were accepted: keys are disabled, sessions end."""
SOON_SECONDS: Final = 15.0
"""Between two checks of credentials that were not."""
_CALL_SECONDS: Final = 5.0


class OwnCredentials:
    """Asks STS who the server is, at the start and then regularly. Needs no permission.

    AWS's answer is logged when it changes. If STS cannot be reached, that says nothing about the
    credentials: its last answer holds, and before the first they count as accepted.
    """

    def __init__(self, identity: Callable[[], Awaitable[str]], clock: Clock) -> None:
        """``identity`` returns the ARN that the credentials belong to; raises the SDK's errors."""
        self._identity, self._clock = identity, clock
        self._accepted: str | None = None
        self._unreachable = Outage(log, "AWS STS", clock.monotonic)
        self._checking: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        """Why the credentials cannot be used, with AWS's code and message; None if they can."""

    async def __aenter__(self) -> Self:
        await self.check()
        self._checking = asyncio.create_task(self._run())  # owned here, cancelled on exit
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    async def check(self) -> None:
        """Asks once."""
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                arn = await self._identity()
        except (ClientError, BotoCoreError, OSError) as error:
            self._note_failure(error)
        else:
            self._unreachable.succeeded()
            self.trouble = None
            if arn != self._accepted:
                log.info("AWS accepts the server's own credentials: %s", arn)
            self._accepted = arn

    async def _run(self) -> None:
        rounds = Rounds(log, "the check of the server's own credentials")
        while True:
            await self._clock.sleep(AGAIN_SECONDS if self.trouble is None else SOON_SECONDS)
            with rounds.guard():
                await self.check()

    def _note_failure(self, error: Exception) -> None:
        if isinstance(error, NO_CREDENTIALS):
            self._refused(f"the server has no AWS credentials of its own: {error}")
        elif isinstance(error, ClientError) and is_refusal(error):
            said = f"{code_of(error)}: {text_of(error)}"
            self._refused(f"AWS rejects the server's own credentials: {said}")
        else:
            self._unreachable.failed(f"{type(error).__name__}: {error}")

    def _refused(self, why: str) -> None:
        self._unreachable.succeeded()
        if why != self.trouble:
            log.error("%s", why)
        self.trouble, self._accepted = why, None
