"""Credentials of an assumed role that renew themselves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from aiobotocore.credentials import AioDeferredRefreshableCredentials
from cachetools import TLRUCache

from graph.aws.client.errors import not_assumable
from graph.aws.client.measuring import Reports, measured
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


def assumed_role(
    sts: Any, request: Mapping[str, Any], refusals: Refusals, key: object, retries: RetryBudget
) -> AioDeferredRefreshableCredentials:
    """Assumes the role on first use, once for all waiting callers, and before it expires."""

    async def assume() -> dict[str, str]:
        refusals.check(key)
        try:
            answer = await _assume(sts, request, retries)
        except ApiError as refusal:
            refusals.put(key, refusal, _account_of(request), sts.meta.region_name)
            raise
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    return AioDeferredRefreshableCredentials(assume, "assume-role")


def _account_of(request: Mapping[str, Any]) -> str:
    return str(request["RoleArn"]).split(":")[4]


async def _assume(sts: Any, request: Mapping[str, Any], retries: RetryBudget) -> dict[str, Any]:
    role_arn = str(request["RoleArn"])

    async def attempt() -> dict[str, Any]:
        answer: dict[str, Any] = await sts.assume_role(**request, DurationSeconds=DURATION_SECONDS)
        return answer

    with measured("sts", "AssumeRole", sts.meta.region_name):
        return await retries.run(attempt, lambda error: not_assumable(error, role_arn), safe=True)
