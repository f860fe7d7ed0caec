"""The keys of KMS: whose they are, and whether they can be used."""

from __future__ import annotations

from dataclasses import dataclass

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without what it is made of."""

    arn: str | None
    of_aws: bool
    """Whether AWS manages it, so that its policy cannot be changed."""
    state: str


async def describe_key(aws: AccountGateway, key_id: str) -> Key:
    """A key by its id, ARN or alias. Raises NotFound for one that does not exist."""
    answer = await aws.call("kms", Access.DISCOVER, "describe_key", KeyId=key_id)
    found = answer["KeyMetadata"]
    state = str(found.get("KeyState") or "Enabled")
    return Key(found.get("Arn"), found.get("KeyManager") == "AWS", state)
