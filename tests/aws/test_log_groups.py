"""Log groups, and policies of which one may be no JSON."""

from __future__ import annotations

from graph.aws.client.gateway import Gateway
from graph.aws.log_groups import log_group_exists, log_policies
from graph.sandbox import Sandbox
from tests.aws.test_choices import client
from tests.world import LAB


async def test_a_log_group_is_found_by_its_whole_name(aws: Sandbox, gateway: Gateway) -> None:
    account, logs = gateway.bind(LAB), client("logs")
    logs.create_log_group(logGroupName="/lab/moves")
    for name, exists in (("/lab/moves", True), ("/lab", False), ("/lab/moves2", False)):
        assert await log_group_exists(account, name) is exists
    for name, text in (("a", "{}"), ("b", "no policy"), ("c", "[]")):
        logs.put_resource_policy(policyName=name, policyDocument=text)
    assert await log_policies(account) == [{}]
    assert aws.interceptor.counts()["logs.DescribeLogGroups"] == 3
