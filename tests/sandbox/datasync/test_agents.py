"""Agents of the sandbox: activation, contact, and what tasks can do with them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import AGENT, GROUP, LAB, LOCATIONS, SUBNET, client, control, make_location

KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"
OFFLINE = "A DataSync agent used by the task is offline."


def nfs_task(datasync: Any, host: str = "nas.example", **more: Any) -> str:
    given = LOCATIONS["NFS"] | {"ServerHostname": host}
    source = datasync.create_location_nfs(**given)["LocationArn"]
    made = datasync.create_task(
        SourceLocationArn=source, DestinationLocationArn=make_location(datasync, "to"), **more
    )
    return str(made["TaskArn"])


def refusal(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Message"])


def test_an_agent_is_activated_once_described_renamed_tagged_and_deleted(lab: Sandbox) -> None:
    datasync = client("datasync")
    tags = [{"Key": "site", "Value": "north"}]
    made = datasync.create_agent(ActivationKey=KEY, AgentName="one", Tags=tags)["AgentArn"]
    assert refusal(datasync.create_agent, ActivationKey=KEY) == "Invalid activation key."
    datasync.update_agent(AgentArn=made, Name="two")
    found = datasync.describe_agent(AgentArn=made)
    assert (found["Name"], found["Status"], found["EndpointType"]) == ("two", "ONLINE", "PUBLIC")
    assert datasync.list_tags_for_resource(ResourceArn=made)["Tags"] == tags
    listed = datasync.list_agents()["Agents"]
    assert [agent["AgentArn"] for agent in listed] == [AGENT, made]
    datasync.delete_agent(AgentArn=made)
    assert refusal(datasync.describe_agent, AgentArn=made).endswith("does not exist.")


def test_an_agent_of_a_private_link_shows_its_network(lab: Sandbox) -> None:
    datasync = client("datasync")
    network = {"SubnetArns": [SUBNET], "SecurityGroupArns": [GROUP]}
    assert "together" in refusal(datasync.create_agent, ActivationKey=KEY, **network)
    endpoint = f"vpce-{'5' * 17}"
    made = datasync.create_agent(ActivationKey=KEY, VpcEndpointId=endpoint, **network)
    found = datasync.describe_agent(AgentArn=made["AgentArn"])
    assert found["EndpointType"] == "PRIVATE_LINK"
    assert found["PrivateLinkConfig"]["VpcEndpointId"] == endpoint


def test_a_location_has_only_agents_that_exist(lab: Sandbox) -> None:
    datasync = client("datasync")
    gone = f"{AGENT[:-1]}1"
    given = LOCATIONS["NFS"] | {"OnPremConfig": {"AgentArns": [gone]}}
    assert refusal(datasync.create_location_nfs, **given).endswith("does not exist.")
    made = datasync.create_location_nfs(**LOCATIONS["NFS"])["LocationArn"]
    changed = {"LocationArn": made, "OnPremConfig": {"AgentArns": [gone]}}
    assert refusal(datasync.update_location_nfs, **changed).endswith("does not exist.")


def test_a_task_is_unavailable_while_one_of_its_agents_is_offline(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = nfs_task(datasync)
    given = {"account": LAB, "agent_id": "0" * 17}
    assert control(lab, "POST", "agents", given | {"online": False}) == AGENT
    agent = datasync.describe_agent(AgentArn=AGENT)
    assert agent["Status"] == "OFFLINE"
    lab.turn(60)
    assert (
        datasync.describe_agent(AgentArn=AGENT)["LastConnectionTime"]
        == (agent["LastConnectionTime"])
    )
    found = datasync.describe_task(TaskArn=task)
    assert (found["Status"], found["ErrorDetail"]) == ("UNAVAILABLE", OFFLINE)
    assert refusal(datasync.start_task_execution, TaskArn=task).endswith(OFFLINE)
    control(lab, "POST", "agents", given)
    assert datasync.describe_task(TaskArn=task)["Status"] == "AVAILABLE"
    datasync.delete_agent(AgentArn=AGENT)
    assert datasync.describe_task(TaskArn=task)["Status"] == "UNAVAILABLE"


@pytest.mark.parametrize(("mode", "second"), [("BASIC", "QUEUED"), ("ENHANCED", "LAUNCHING")])
def test_an_agent_runs_one_basic_task_at_a_time(lab: Sandbox, mode: str, second: str) -> None:
    datasync = client("datasync")
    tasks = [nfs_task(datasync, f"nas{number}.example", TaskMode=mode) for number in range(2)]
    runs = [datasync.start_task_execution(TaskArn=task)["TaskExecutionArn"] for task in tasks]

    def statuses() -> list[str]:
        return [datasync.describe_task_execution(TaskExecutionArn=run)["Status"] for run in runs]

    assert statuses() == ["LAUNCHING", second]
    lab.turn(1_000)
    assert statuses() == ["SUCCESS", "SUCCESS"]


def test_a_queued_execution_waits_until_its_agent_is_back(lab: Sandbox) -> None:
    datasync = client("datasync")
    first, second = (nfs_task(datasync, f"nas{number}.example") for number in range(2))
    datasync.start_task_execution(TaskArn=first)
    run = datasync.start_task_execution(TaskArn=second)["TaskExecutionArn"]
    lab.agent(LAB, agent_id="0" * 17, online=False)
    lab.turn(1_000)
    assert datasync.describe_task_execution(TaskExecutionArn=run)["Status"] == "QUEUED"
    lab.agent(LAB, agent_id="0" * 17)
    lab.turn(1_000)
    assert datasync.describe_task_execution(TaskExecutionArn=run)["Status"] == "SUCCESS"
