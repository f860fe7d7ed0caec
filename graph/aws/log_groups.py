"""The log groups of CloudWatch, and who may write to them."""

from __future__ import annotations

import json
from typing import Any

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway


async def log_group_exists(aws: AccountGateway, name: str) -> bool:
    """Whether there is a log group of that name. One call."""
    given = {"logGroupNamePrefix": name, "limit": 50}
    answer = await aws.call("logs", Access.DISCOVER, "describe_log_groups", **given)
    return any(item["logGroupName"] == name for item in answer["logGroups"])


async def log_policies(aws: AccountGateway) -> list[dict[str, Any]]:
    """The resource policies of the account and region, of which AWS allows ten. One call."""
    answer = await aws.call("logs", Access.DISCOVER, "describe_resource_policies")
    found = []
    for item in answer["resourcePolicies"]:
        try:
            policy = json.loads(item["policyDocument"])
        except ValueError:
            continue  # one that CloudWatch has accepted, whatever it means
        if isinstance(policy, dict):
            found.append(policy)
    return found
