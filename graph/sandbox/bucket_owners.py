"""What moto leaves out of S3: request ids, and the owner that a request expects."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from moto.s3.models import s3_backends

StartResponse = Callable[..., Any]


def as_s3(start_response: StartResponse) -> StartResponse:
    """Adds the id that S3 gives to each request, by which its answers without a body are known."""

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        given = [*headers, ("x-amz-request-id", uuid.uuid4().hex[:16].upper())]
        return start_response(status, given, *rest)

    return start


def is_owner(environ: dict[str, Any]) -> bool:
    """Whether the bucket of a request belongs to the account that the request expects, if any."""
    expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
    name = str(environ["PATH_INFO"]).strip("/").partition("/")[0]
    owner = s3_backends.bucket_accounts.get(name)
    return expected is None or owner is None or owner[1] == expected
