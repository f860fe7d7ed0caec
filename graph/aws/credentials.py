"""Credentials of an assumed role that renew themselves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from aiobotocore.credentials import AioDeferredRefreshableCredentials

from graph.aws.errors import not_assumable
from graph.model.errors import ApiError

DURATION_SECONDS: Final = 3600
"""Botocore renews 15 minutes before the end: at 900 it would assume the role for every call."""
REFUSAL_SECONDS: Final = 5.0
"""How long a refusal is remembered, so that a burst of requests asks STS but once."""


class AssumedRole:
    """A credential provider for botocore: assumes the role on first use, once for all who wait."""

    METHOD = "assume-role"
    CANONICAL_NAME = "datasync-api"

    def __init__(self, sts: Any, request: Mapping[str, Any]) -> None:
        self._sts = sts
        self._request = {**request, "DurationSeconds": DURATION_SECONDS}
        self._credentials = AioDeferredRefreshableCredentials(self._assume, self.METHOD)
        self._refused: tuple[float, ApiError] | None = None

    async def load_credentials(self) -> AioDeferredRefreshableCredentials:
        return self._credentials

    async def _assume(self) -> dict[str, str]:
        if self._refused and time.monotonic() - self._refused[0] < REFUSAL_SECONDS:
            raise self._refused[1]
        try:
            answer = await self._sts.assume_role(**self._request)
        except Exception as error:
            refusal = not_assumable(error, str(self._request["RoleArn"]))
            self._refused = (time.monotonic(), refusal)
            raise refusal from error
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }
