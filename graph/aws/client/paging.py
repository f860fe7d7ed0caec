"""Reads lists page by page, and gives up lists that do not end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from graph.model.errors import Upstream, UpstreamTimeout

PAGE_SIZE: Final = 100
"""The most items that DataSync and the tagging API return per page."""
_PAGES: Final = 200
"""Of one list, that is 20,000 tasks. AWS allows an account 100, unless its quota was raised."""
_TOKENS: Final = {
    "datasync": "NextToken",
    "resourcegroupstaggingapi": "PaginationToken",
    "iam": "Marker",
    "s3": "ContinuationToken",
    "ec2": "NextToken",
    "efs": "Marker",
    "fsx": "NextToken",
    "logs": "nextToken",
    "secretsmanager": "NextToken",
}
"""By service: the member that names the next page, in requests and in answers."""
_IN_ANSWERS: Final = {"efs": "NextMarker"}
"""Where its name is another in answers."""


async def read_pages(
    call: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    service: str,
    key: str,
    *,
    most: int | None,
    seconds: float,
) -> AsyncIterator[list[dict[str, Any]]]:
    """The items of every page, or of the first ``most``.

    ``call`` makes one call with the parameters that name its page; ``key`` is the member with the
    items. Raises Upstream if the list is too long, repeats itself or breaks off, UpstreamTimeout
    after ``seconds``.
    """
    member = _TOKENS[service]
    token: str | None = None
    seen: set[str] = set()
    until = asyncio.get_running_loop().time() + seconds
    for _ in range(most or _PAGES):
        try:
            async with asyncio.timeout_at(until):
                answer = await call({member: token} if token else {})
        except TimeoutError:
            raise UpstreamTimeout(f"AWS's list of {key} takes too long. Try again.") from None
        yield answer[key]
        token = answer.get(_IN_ANSWERS.get(service, member)) or None
        if token is None and answer.get("IsTruncated"):
            raise Upstream(f"AWS's list of {key} ends before its last page. Try again.")
        if token is None:
            return
        if token in seen:
            raise Upstream(f"AWS's list of {key} repeats itself. Try again.")
        seen.add(token)
    if most is None:
        raise Upstream(
            f"AWS's list of {key} has more than {_PAGES} pages of {PAGE_SIZE}: too many for "
            "this server."
        )
