"""What the sandbox's DataSync refuses, as the service does."""

from __future__ import annotations

from typing import Any
from unicodedata import category

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from graph.sandbox.datasync.kinds import KINDS
from tests.sandbox.lab import LAB, LOCATIONS, client, make_task, unchecked

HOURLY = {"Schedule": {"ScheduleExpression": "cron(0 * * * ? *)"}}


def rule(value: str) -> list[dict[str, str]]:
    return [{"FilterType": "SIMPLE_PATTERN", "Value": value}]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"Name": "a;b"}, "'a;b' at 'name' failed to satisfy constraint: Member must satisfy reg"),
        ({"Name": "n" * 257}, "at 'name' .* length less than or equal to 256"),
        ({"TaskMode": "FAST"}, "'FAST' at 'taskMode' .* enum value set"),
        ({"Options": {"BytesPerSecond": -2}}, "bytesPerSecond.* value greater than or equal to -1"),
        (
            {"Options": {"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"}},
            "Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE.",
        ),
        ({"Options": {"Uid": "INT_VALUE"}}, "Option: Uid, .* please use NONE"),
        ({"Options": {"PosixPermissions": "PRESERVE"}}, "Option: PosixPermissions, "),
        ({"Options": {"Mtime": "NONE"}}, "Option: Atime,Mtime, Value: BEST_EFFORT,NONE"),
        ({"Options": {"Atime": "NONE"}}, "Option: Atime,Mtime, Value: NONE,PRESERVE"),
        ({"TaskMode": "ENHANCED", "Options": {"Mtime": "NONE"}}, "Option: Mtime, Value: NONE"),
        (
            {"TaskMode": "ENHANCED", "Options": {"VerifyMode": "POINT_IN_TIME_CONSISTENT"}},
            "Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT",
        ),
        ({"Includes": rule("/a") * 2}, "at 'includes' .* length less than or equal to 1"),
        ({"Includes": rule("a")}, "has to begin with a slash"),
        ({"Includes": rule("/a*b")}, "only as its last character"),
        ({"Excludes": rule("/a|b")}, "b has to begin with a slash"),
        ({"Tags": [{"Key": "k;", "Value": "v"}]}, "at 'tags.1.member.key'"),
        ({"Schedule": {"ScheduleExpression": "rate(59 minutes)"}}, "at least one hour"),
        ({"Schedule": {"ScheduleExpression": "rate(0 days)"}}, "at least one hour"),
        ({"Schedule": {"ScheduleExpression": "cron(0,30 * * * ? *)"}}, "at least one hour"),
        ({"Schedule": {"ScheduleExpression": "every day"}}, "at least one hour"),
    ],
)
def test_a_task_that_the_service_would_not_take_is_refused(
    lab: Sandbox, given: dict[str, Any], why: str
) -> None:
    datasync = unchecked(client("datasync"))
    with pytest.raises(ClientError, match=why) as caught:
        make_task(datasync, **given)
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
    assert datasync.list_tasks()["Tasks"] == []


@pytest.mark.parametrize(
    "given",
    [
        {"Includes": rule("/a|/b*"), "Excludes": rule("*.tmp|/logs|*/cache")},
        {"Schedule": {"ScheduleExpression": "rate(1 hour)"}},
        {"Schedule": {"ScheduleExpression": "rate(60 minutes)"}},
        {"Options": {"Uid": "NONE", "Gid": "NONE", "PosixPermissions": "NONE"}},
    ],
)
def test_a_task_that_the_service_takes_is_made_as_asked(
    lab: Sandbox, given: dict[str, Any]
) -> None:
    datasync = client("datasync")
    task = datasync.describe_task(TaskArn=make_task(datasync, **given))
    for name, value in given.items():
        kept = task[name]
        assert kept == ({**kept, **value} if isinstance(value, dict) else value)
    assert task["Options"]["PreserveDeletedFiles"] == "PRESERVE"


def test_two_tasks_may_have_one_name(lab: Sandbox) -> None:
    datasync = client("datasync")
    assert make_task(datasync) != make_task(datasync)
    assert [task["Name"] for task in datasync.list_tasks()["Tasks"]] == ["one", "one"]


def test_a_schedule_is_kept_switched_off_and_taken_away(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = make_task(datasync, **HOURLY)

    def schedule() -> tuple[Any, Any]:
        described = datasync.describe_task(TaskArn=task)
        return described.get("Schedule"), described.get("ScheduleDetails", {}).get("DisabledBy")

    hourly = HOURLY["Schedule"]
    assert schedule() == ({**hourly, "Status": "ENABLED"}, None)
    datasync.update_task(TaskArn=task, Schedule={**hourly, "Status": "DISABLED"}, Name="two")
    assert schedule() == ({**hourly, "Status": "DISABLED"}, "USER")
    datasync.update_task(TaskArn=task, Schedule={"ScheduleExpression": ""})
    assert schedule() == (None, None)
    assert datasync.describe_task(TaskArn=task)["Name"] == "two"


def test_the_secrets_of_a_location_stand_in_no_error(lab: Sandbox) -> None:
    datasync = client("datasync")
    with pytest.raises(ClientError, match="'<hidden>' at 'password'") as caught:
        datasync.create_location_smb(**{**LOCATIONS["SMB"], "Password": "x" * 105})
    assert "xxx" not in str(caught.value)


@pytest.mark.parametrize("kind", sorted(LOCATIONS))
def test_a_location_without_storage_is_made_without_a_test_of_access(
    lab: Sandbox, kind: str
) -> None:
    datasync = client("datasync")
    made = getattr(datasync, f"create_location_{KINDS[kind].action}")(**LOCATIONS[kind])
    datasync.delete_location(LocationArn=made["LocationArn"])
    with pytest.raises(ClientError, match="is not found"):
        datasync.delete_location(LocationArn=made["LocationArn"])


def test_a_task_needs_locations_that_are_there(lab: Sandbox) -> None:
    datasync = client("datasync")
    gone = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"
    with pytest.raises(ClientError, match=r"Location loc-0+ is not found"):
        datasync.create_task(SourceLocationArn=gone, DestinationLocationArn=gone)


def test_a_subdirectory_may_have_spaces_of_any_kind_and_no_other_separators(lab: Sandbox) -> None:
    datasync = unchecked(client("datasync"))
    spaces = [chr(code) for code in range(0x3100) if category(chr(code)).startswith("Z")]
    assert len(spaces) == 19
    for space in (*spaces, "\t", "\n", "\u200b"):
        given = {**LOCATIONS["SMB"], "Subdirectory": f"/a{space}b"}
        if category(space) == "Zs":
            assert datasync.create_location_smb(**given)["LocationArn"]
        else:
            with pytest.raises(ClientError, match="'subdirectory' failed to satisfy"):
                datasync.create_location_smb(**given)
