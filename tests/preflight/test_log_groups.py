"""The log group of a new mover: whether it is there, and whether DataSync may write to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.model.task_settings import TaskSettings
from graph.preflight.log_groups import admits_datasync, examine_log_group
from graph.preflight.probe import Probe
from graph.preflight.results import About
from graph.sandbox import Sandbox
from tests.aws.test_choices import client
from tests.test_call_counts import spent
from tests.world import LAB, OTHER

ARN = f"arn:aws:logs:us-east-1:{LAB}:log-group:/lab/moves"
ABOUT = About("log-group", path=("logGroupArn",))
GOOD: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": ["datasync.amazonaws.com"]},
    "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
    "Resource": f"{ARN}:*",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"Action": "logs:*", "Resource": "*", "Principal": "*"}, True),
        ({"Effect": "Deny"}, False),
        ({"Principal": {"Service": "es.amazonaws.com"}}, False),
        ({"Action": "logs:PutLogEvents"}, False),
        ({"Resource": f"{ARN}2:*"}, False),
        ({"Resource": None}, False),
    ],
)
def test_a_policy_has_to_let_datasync_write(changes: dict[str, Any], *, expected: bool) -> None:
    assert admits_datasync({"Statement": GOOD | changes}, ARN) is expected
    assert admits_datasync({"Statement": [GOOD | changes, "odd"]}, ARN) is expected


async def status(probe: Probe, **settings: Any) -> list[str]:
    given = TaskSettings(log_group_arn=f"{ARN}:*", **settings)
    found = await examine_log_group(Probe(probe.aws), given, ABOUT)
    return [check.status.value for check in found]


async def test_a_log_group_has_to_be_there_and_to_have_a_policy(aws: Sandbox, probe: Probe) -> None:
    assert await examine_log_group(probe, TaskSettings(), ABOUT) == []
    assert await status(probe) == ["FAIL"]
    client("logs").create_log_group(logGroupName="/lab/moves")
    given = TaskSettings(log_group_arn=ARN)
    (check,) = await examine_log_group(Probe(probe.aws), given, ABOUT)
    assert check.status.value == "WARN"
    assert check.fix is not None
    policy = json.loads(check.fix.policy_json or "")
    assert admits_datasync(policy, ARN)
    client("logs").put_resource_policy(policyName="x", policyDocument=json.dumps(policy))
    aws.interceptor.forget_calls()
    assert await status(probe) == ["PASS"]
    assert sum(spent(aws).values()) == 2
    assert await status(probe, options={"LogLevel": "OFF"}) == ["WARN"]
    assert await status(probe, mode="ENHANCED") == ["PASS"]


async def test_a_log_group_of_another_account_or_region_is_not_taken_for_the_own_one(
    aws: Sandbox, probe: Probe
) -> None:
    client("logs").create_log_group(logGroupName="/lab/moves")
    for old, new, expected in ((LAB, OTHER, "UNKNOWN"), ("us-east-1", "eu-west-1", "FAIL")):
        given = TaskSettings(log_group_arn=ARN.replace(old, new))
        (check,) = await examine_log_group(Probe(probe.aws), given, ABOUT)
        assert (check.status.value, check.fix is None) == (expected, False), new
    assert aws.interceptor.counts()["logs.DescribeLogGroups"] == 1
