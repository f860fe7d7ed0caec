"""What AWS reports of a mover's task, in one call for all of these fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.test_call_counts import many, spent
from tests.world import LAB, ask, serving

QUERY = f"""{{ mover(account: "{LAB}", group: "g", name: "m-000") {{
  createdAt includes excludes logGroupArn networkInterfaceArns
  errorCode errorDetail options {{ logLevel }}
  schedule {{ expression status statusText disabledBy disabledReason }} }} }}"""

LOG_GROUP = f"arn:aws:logs:us-east-1:{LAB}:log-group:/aws/datasync:*"
INTERFACE = f"arn:aws:ec2:us-east-1:{LAB}:network-interface/eni-0"


async def shown(aws: Sandbox, folder: Path) -> dict[str, Any]:
    async with serving(folder) as client:
        spent(aws)
        mover: dict[str, Any] = (await ask(client, QUERY))["mover"]
        assert spent(aws)["datasync.DescribeTask"] == 1
    return mover


async def test_a_task_without_filters_and_schedule_has_none(aws: Sandbox, tmp_path: Path) -> None:
    many(aws, 1)
    mover = await shown(aws, tmp_path)
    assert mover.pop("createdAt").endswith("Z")
    assert mover.pop("options") == {"logLevel": "OFF"}
    nothing = dict.fromkeys(("errorCode", "errorDetail", "schedule", "logGroupArn"))
    lists: dict[str, Any] = {"includes": [], "excludes": [], "networkInterfaceArns": []}
    assert mover == lists | nothing


@pytest.mark.parametrize("status", ["ENABLED", "DISABLED"])
async def test_filters_schedule_and_error_are_those_of_the_task(
    aws: Sandbox, tmp_path: Path, status: str
) -> None:
    (task,) = many(aws, 1)
    task.settings |= {
        "Schedule": {"ScheduleExpression": "rate(1 day)", "Status": status},
        "CloudWatchLogGroupArn": LOG_GROUP,
        "SourceNetworkInterfaceArns": [f"{INTERFACE}1"],
        "DestinationNetworkInterfaceArns": [f"{INTERFACE}2"],
        "Includes": [{"FilterType": "SIMPLE_PATTERN", "Value": "/a|/b"}],
    }
    aws.break_task(task.arn, "AgentOffline", "The agent is offline.")
    mover = await shown(aws, tmp_path)
    assert (mover["includes"], mover["excludes"]) == (["/a", "/b"], [])
    assert mover["logGroupArn"] == LOG_GROUP
    assert mover["networkInterfaceArns"] == [f"{INTERFACE}1", f"{INTERFACE}2"]
    assert (mover["errorCode"], mover["errorDetail"]) == ("AgentOffline", "The agent is offline.")
    schedule = mover["schedule"]
    assert (schedule["status"], schedule["statusText"]) == (status, status)
    assert schedule["expression"] == "rate(1 day)"
    assert schedule["disabledBy"] == ("USER" if status == "DISABLED" else None)
