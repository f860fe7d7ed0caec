"""The queue of executions: emptied when the sandbox is."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.datasync.test_agents import nfs_task
from tests.sandbox.lab import LAB, client


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_reset_frees_the_agents_of_what_ran_and_forgets_what_waited(
    lab: Sandbox, waiting: int
) -> None:
    datasync = client("datasync")
    task = nfs_task(datasync)
    for _ in range(1 + waiting):
        datasync.start_task_execution(TaskArn=task)
    lab.reset()
    lab.turn(0)
    lab.agent(LAB, agent_id="0" * 17)
    lab.role(LAB, "management", external_id="x-1")
    lab.bucket(LAB, f"to-{LAB}")
    lab.role(LAB, "reads-to", service="datasync.amazonaws.com", bucket=f"to-{LAB}")
    datasync = client("datasync")
    run = datasync.start_task_execution(TaskArn=nfs_task(datasync))["TaskExecutionArn"]
    assert datasync.describe_task_execution(TaskExecutionArn=run)["Status"] == "LAUNCHING"
