"""The AWS CLI drives every operation of DataSync against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from graph.sandbox import Sandbox
from graph.sandbox.datasync.kinds import KINDS
from graph.sandbox.sandbox import HOME
from tests.foreign.programs import SECONDS, environment, started
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB

KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"


class Cli:
    """The CLI in a process of its own."""

    def __init__(self, program: Popen[str]) -> None:
        self._program = program

    def answer(self, *arguments: str) -> dict[str, Any]:
        program = self._program
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps(arguments) + "\n")
        program.stdin.flush()
        line = program.stdout.readline()
        assert line, program.stderr and program.stderr.read()
        found: dict[str, Any] = json.loads(line)
        return found

    def __call__(self, command: str, **params: Any) -> Any:
        """What a command returns, which has to succeed."""
        given = json.dumps(params)
        answer = self.answer("datasync", command, "--cli-input-json", given)
        assert answer["code"] == 0, (command, answer["error"])
        return json.loads(answer["out"] or "null")


@pytest.fixture
def cli(aws: Sandbox, tmp_path: Path) -> Iterator[Cli]:
    variables = environment(aws, tmp_path)
    for side in ("from", "to"):
        aws.bucket(HOME, f"{side}-cli", {"a": b"1"} if side == "from" else None)
    aws.role(HOME, "cli", service="datasync.amazonaws.com", bucket="*-cli")
    aws.turn(0)
    with started("aws_cli.py", variables) as program:
        yield Cli(program)
        program.kill()


def of_home(given: dict[str, Any], agent: str) -> dict[str, Any]:
    """The same location in the account of the CLI's credentials, with an agent of it."""
    text = json.dumps(given).replace(LAB, HOME).replace(f"agent-{'0' * 17}", agent)
    found: dict[str, Any] = json.loads(text)
    return found


def drive_agents(cli: Cli) -> str:
    made: str = cli("create-agent", ActivationKey=KEY, AgentName="one")["AgentArn"]
    cli("update-agent", AgentArn=made, Name="two")
    assert cli("describe-agent", AgentArn=made)["Status"] == "ONLINE"
    assert [agent["Name"] for agent in cli("list-agents")["Agents"]] == ["two"]
    return made


def drive_locations(cli: Cli, agent: str) -> list[str]:
    """Creates, changes and describes one of each kind. Returns both of S3."""
    role = f"arn:aws:iam::{HOME}:role/cli"
    buckets = [
        {"S3BucketArn": f"arn:aws:s3:::{side}-cli", "S3Config": {"BucketAccessRoleArn": role}}
        for side in ("from", "to")
    ]
    given = [("S3", bucket) for bucket in buckets]
    given += [(kind, of_home(params, agent)) for kind, params in LOCATIONS.items()]
    made = []
    for kind, params in given:
        action = KINDS[kind].action.replace("_", "-")
        arn = cli(f"create-location-{action}", **params)["LocationArn"]
        if kind != "S3":
            cli(f"update-location-{action}", LocationArn=arn, Subdirectory="/fsx/new")
        else:
            cli(f"update-location-{action}", LocationArn=arn, S3StorageClass="STANDARD_IA")
        assert cli(f"describe-location-{action}", LocationArn=arn)["LocationArn"] == arn
        made.append(arn)
    listed = {
        each["LocationArn"]: each["LocationUri"] for each in cli("list-locations")["Locations"]
    }
    assert listed.keys() == set(made)
    assert sum("/fsx/new/" in uri for uri in listed.values()) == len(LOCATIONS)
    for arn in made[2:]:
        cli("delete-location", LocationArn=arn)
    return made[:2]


def drive_tasks(cli: Cli, aws: Sandbox, ends: list[str]) -> None:
    task = cli("create-task", SourceLocationArn=ends[0], DestinationLocationArn=ends[1])["TaskArn"]
    cli("update-task", TaskArn=task, Name="renamed")
    tag = {"Key": "a", "Value": "b"}
    cli("tag-resource", ResourceArn=task, Tags=[tag])
    assert cli("list-tags-for-resource", ResourceArn=task)["Tags"] == [tag]
    cli("untag-resource", ResourceArn=task, Keys=["a"])
    runs = []
    for _ in range(2):
        run = cli("start-task-execution", TaskArn=task)["TaskExecutionArn"]
        cli("update-task-execution", TaskExecutionArn=run, Options={"BytesPerSecond": 1_000_000})
        runs.append(run)
        if len(runs) == 2:
            cli("cancel-task-execution", TaskExecutionArn=run)
        aws.settle()
    listed = cli("list-task-executions", TaskArn=task)["TaskExecutions"]
    statuses = {each["TaskExecutionArn"]: each["Status"] for each in listed}
    assert [statuses[run] for run in runs] == ["SUCCESS", "ERROR"]
    shown = cli("describe-task-execution", TaskExecutionArn=runs[0])
    assert shown["FilesTransferred"] == 2  # with the folder, as BASIC tasks count
    assert cli("describe-task", TaskArn=task)["Status"] == "AVAILABLE"
    assert [each["Name"] for each in cli("list-tasks")["Tasks"]] == ["renamed"]
    cli("delete-task", TaskArn=task)


@pytest.mark.timeout(SECONDS)
def test_the_aws_cli_drives_every_operation(aws: Sandbox, cli: Cli) -> None:
    """Those of DataSync Discovery, which AWS has withdrawn, the CLI does not have any more."""
    agent = drive_agents(cli)
    ends = drive_locations(cli, agent.rpartition("/")[2])
    drive_tasks(cli, aws, ends)
    for arn in ends:
        cli("delete-location", LocationArn=arn)
    cli("delete-agent", AgentArn=agent)
    called = {name.removeprefix("datasync.") for name in aws.interceptor.counts()}
    operations = set(json.loads(cli.answer()["out"]))
    assert len(operations) == 53
    assert operations - called == set()


def test_a_refusal_reaches_the_user_of_the_cli(cli: Cli) -> None:
    lost = f"arn:aws:datasync:us-east-1:{HOME}:agent/agent-{'0' * 17}"
    given = json.dumps({"AgentArn": lost})
    answer = cli.answer("datasync", "describe-agent", "--cli-input-json", given)
    assert answer["code"] != 0
    assert "does not exist" in answer["error"]
