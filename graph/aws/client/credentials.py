"""Credentials of an assumed role that renew themselves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiobotocore.credentials import AioDeferredRefreshableCredentials
from cachetools import TLRUCache

from graph.aws.client.errors import not_assumable
from graph.aws.client.measuring import OTHER, Reports, measured
from graph.aws.client.retries import RetryBudget
from graph.model.errors import ApiError, NotFound

DURATION_SECONDS: Final = 3600
"""Botocore renews credentials 15 minutes before they expire: 900 would renew on every call."""
REFUSAL_SECONDS: Final = 30.0
"""How long it is remembered that an account does not let the server in."""
FAILURE_SECONDS: Final = 5.0
"""The same for other failures, so that a burst of requests causes one call."""
_REFUSALS: Final = 10_000


def _now() -> float:
    return time.monotonic()


class Refusals:
    """Recent refusals of STS, by role and kind of access."""

    def __init__(self) -> None:
        self._kept: TLRUCache[object, ApiError] = TLRUCache(_REFUSALS, _until, _now)
        self._reports = Reports()

    def put(self, key: object, refusal: ApiError, account_id: str, region: str) -> None:
        """Remembers a refusal, and logs AWS's own words."""
        self._kept[key] = refusal
        self._reports.report(refusal, "sts:AssumeRole", account_id, region)

    def check(self, key: object) -> None:
        """Raises a copy of the refusal: one raised twice would keep the frames of both."""
        refusal = self._kept.get(key)
        if refusal is not None:
            raise type(refusal)(refusal.message)


def _until(_key: object, refusal: ApiError, now: float) -> float:
    return now + (REFUSAL_SECONDS if isinstance(refusal, NotFound) else FAILURE_SECONDS)


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """The call that assumes a role."""

    sts: Any
    """The client."""
    request: Mapping[str, Any]
    retries: RetryBudget
    of_class: str = OTHER
    """The class of the account in metrics."""

    @property
    def account_id(self) -> str:
        return str(self.request["RoleArn"]).split(":")[4]

    @property
    def region(self) -> str:
        return str(self.sts.meta.region_name)

    async def send(self) -> dict[str, Any]:
        """The answer. Raises ApiError."""
        with measured("sts", "AssumeRole", self.region, self.of_class):
            return await self.retries.run(self._attempt, self._known, safe=True)

    async def _attempt(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self.sts.assume_role(
            **self.request, DurationSeconds=DURATION_SECONDS
        )
        return answer

    def _known(self, error: Exception) -> Exception:
        return not_assumable(error, str(self.request["RoleArn"]))


def assumed_role(
    call: AssumeRole, refusals: Refusals, key: object
) -> AioDeferredRefreshableCredentials:
    """Assumes the role on first use, once for all waiting callers, and before it expires."""

    async def assume() -> dict[str, str]:
        refusals.check(key)
        try:
            answer = await call.send()
        except ApiError as refusal:
            refusals.put(key, refusal, call.account_id, call.region)
            raise
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    return AioDeferredRefreshableCredentials(assume, "assume-role")
