"""Options against the locations of a task: only such as depend on them cost calls."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.option_checks import check_between
from graph.aws.tasks import describe_task
from graph.model.errors import Invalid
from graph.sandbox import Sandbox
from tests.test_call_counts import many


async def test_what_the_locations_rule_out_is_refused(aws: Sandbox, gateway: Gateway) -> None:
    (made,) = many(aws, 1)
    task = await describe_task(gateway, made.arn)
    aws.interceptor.forget_calls()
    await check_between(gateway, {"LogLevel": "BASIC", "Uid": "NONE"}, task, ("options",))
    assert aws.interceptor.calls() == []
    with pytest.raises(Invalid) as caught:
        await check_between(gateway, {"Uid": "INT_VALUE"}, task, ("options",))
    assert caught.value.path == ("options", "uid")
