"""Access points of buckets: what is behind them, and their policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from graph.aws.buckets import parsed_policy
from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway
from graph.model.errors import NotFound

_SHORTEST: Final = 3
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A named way into a bucket."""

    bucket: str
    bucket_account: str
    """The account that the bucket belongs to."""
    only_from_vpc: bool
    """Whether S3 rejects what does not come from the VPC of the access point."""


async def find_access_point(aws: AccountGateway, name: str) -> AccessPoint | None:
    """An access point of the account, in the region; None if there is none of that name."""
    if len(name) < _SHORTEST:  # which the SDK would reject
        return None
    answer = await _discover(aws, "get_access_point", name)
    if answer is None:
        return None
    owner = answer.get("BucketAccountId") or aws.account_id
    return AccessPoint(answer["Bucket"], owner, answer["NetworkOrigin"] == "VPC")


async def policy_of_access_point(aws: AccountGateway, name: str) -> dict[str, Any] | None:
    """The policy of an access point; None if it has none. Raises Upstream for anything else."""
    answer = await _discover(aws, "get_access_point_policy", name)
    return None if answer is None else parsed_policy(answer["Policy"], f"access point '{name}'")


async def _discover(aws: AccountGateway, operation: str, name: str) -> dict[str, Any] | None:
    """None for what S3 does not have."""
    given = {"AccountId": aws.account_id, "Name": name}
    try:
        found: dict[str, Any] = await aws.call("s3control", Access.DISCOVER, operation, **given)
    except NotFound as error:
        if error.__cause__ is None:
            raise
        return None
    return found
