"""The JSON that is written: order, nulls, times and escapes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from graph.model.location import Location
from graph.model.mover import Account, Mover, Tag, Task
from graph.model.operation import (
    Operation,
    OperationEvent,
    OperationFailure,
    OperationKind,
    OperationStatus,
)
from graph.model.run import Counters, Run
from graph.resolvers.movers import MoverDetails
from rest_compat import responses

AT = datetime(2024, 5, 6, 7, 8, 9, 110_000, UTC)
TASK_MEMBERS = (
    "CloudWatchLogGroupArn,CreationTime,CurrentTaskExecutionArn,DestinationLocationArn,"
    "DestinationNetworkInterfaceArns,ErrorCode,ErrorDetail,Excludes,Includes,Name,Options,Schedule,"
    "SourceLocationArn,SourceNetworkInterfaceArns,Status,TaskArn,TaskReportConfig"
)
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "S3": (
        {"S3Config": {}},
        {
            "AgentArns": None,
            "CreationTime": None,
            "LocationArn": None,
            "LocationUri": None,
            "S3Config": {"BucketAccessRoleArn": None},
            "S3StorageClass": None,
        },
    ),
    "EFS": (
        {"Ec2Config": {"SecurityGroupArns": []}},
        {
            "AccessPointArn": None,
            "CreationTime": None,
            "Ec2Config": {"SecurityGroupArns": [], "SubnetArn": None},
            "FileSystemAccessRoleArn": None,
            "InTransitEncryption": None,
            "LocationArn": None,
            "LocationUri": None,
        },
    ),
    "SMB": (
        {"MountOptions": {}, "CreationTime": AT, "KerberosPrincipal": "newer"},
        {
            "AgentArns": None,
            "CreationTime": "2024-05-06T07:08:09.11Z",
            "Domain": None,
            "LocationArn": None,
            "LocationUri": None,
            "MountOptions": {"Version": None},
            "User": None,
        },
    ),
    "NFS": (
        {"OnPremConfig": {"AgentArns": ["a"]}},
        {
            "CreationTime": None,
            "LocationArn": None,
            "LocationUri": None,
            "MountOptions": None,
            "OnPremConfig": {"AgentArns": ["a"]},
        },
    ),
    "HDFS": (
        {"SimpleUser": "u", "CreationTime": AT},
        {"CreationTime": "2024-05-06T07:08:09.11Z", "SimpleUser": "u"},
    ),
    "NEW_KIND": ({}, {}),
}


def written(value: object) -> str:
    return responses.encoded(value).decode()


def location(kind: str, described: dict[str, Any]) -> Location:
    return Location(arn="l", kind=kind, uri="u", created_at=None, described=described)


def in_full(described: dict[str, Any], *tags: Tag, **ends: Location) -> MoverDetails:
    mover = Mover(
        account=Account("1", "r"), task_arn="t", name="n", status="s", mode="BASIC", tags=tags
    )
    task = Task(
        task_arn="t", name="n", status="s", mode="BASIC", created_at=None, source_arn="",
        destination_arn="", latest_run_arn=None, options={}, includes=(), excludes=(),
        schedule=None, log_group_arn=None, network_interface_arns=(),
        error_code=None, error_detail=None, described=described,
    )  # fmt: skip
    return MoverDetails(mover, task, ends.get("source"), ends.get("destination"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_location_has_all_members_of_its_kind_in_order(kind: str) -> None:
    described, shown = KINDS[kind]
    rendered = responses.mover_json(in_full({}, source=location(kind, described)))["Source"]
    assert written(rendered) == written({"Type": kind, kind: shown})


def test_a_mover_is_task_source_destination_and_its_tags_where_it_has_any() -> None:
    bare = responses.mover_json(in_full({"TaskMode": "ENHANCED", "Name": "n"}))
    assert list(bare) == ["Task", "Source", "Destination"]
    assert (bare["Source"], bare["Destination"]) == (None, None)
    assert ",".join(bare["Task"]) == TASK_MEMBERS
    assert {name for name, value in bare["Task"].items() if value is not None} == {"Name"}
    tagged = responses.mover_json(in_full({}, Tag("k", "v"), Tag("datasync-api:operation", "x")))
    assert list(tagged)[-1] == "Tags"
    assert tagged["Tags"] == [{"Key": "k", "Value": "v"}]
    assert "Tags" not in responses.mover_json(in_full({}, Tag("datasync-api:operation", "x")))


def test_what_a_task_holds_has_all_its_members_too() -> None:
    described = {
        "Options": {"Uid": "NONE", "BytesPerSecond": -1, "Newer": 1},
        "Includes": [{"Value": "/a"}],
        "Excludes": [],
        "Schedule": {"Status": "ENABLED"},
        "TaskReportConfig": {"Destination": {}, "Overrides": {"Deleted": {}}},
        "SourceNetworkInterfaceArns": [],
    }
    task = responses.mover_json(in_full(described))["Task"]
    assert list(task["Options"]) == sorted(task["Options"])
    assert len(task["Options"]) == 15
    assert (task["Options"]["BytesPerSecond"], task["Options"]["Gid"]) == (-1, None)
    assert written(task["Includes"]) == '[{"FilterType":null,"Value":"/a"}]'
    assert (task["Excludes"], task["SourceNetworkInterfaceArns"]) == ([], [])
    assert task["Schedule"] == {"ScheduleExpression": None}
    assert written(task["TaskReportConfig"]) == (
        '{"Destination":{"S3":null},"ObjectVersionIds":null,"OutputType":null,"Overrides":'
        '{"Deleted":{"ReportLevel":null},"Skipped":null,"Transferred":null,"Verified":null},'
        '"ReportLevel":null}'
    )


def run(described: dict[str, Any]) -> Any:
    return responses.run_json(
        Run(
            run_arn="r", status="s", mode="BASIC", requested_at=None, launched_at=None,
            ended_at=None, counters=Counters(), result=None, options={}, described=described,
        )
    )  # fmt: skip


def test_a_run_has_its_members_in_the_originals_order() -> None:
    assert written(run({"BytesWritten": 1 << 40, "StartTime": AT, "TaskMode": "BASIC"})) == (
        '{"BytesTransferred":null,"BytesWritten":1099511627776,"EstimatedBytesToTransfer":null,'
        '"EstimatedFilesToTransfer":null,"FilesTransferred":null,'
        '"StartTime":"2024-05-06T07:08:09.11Z","Status":null,"Result":null}'
    )
    assert written(run({"Result": {"TotalDuration": 5}})["Result"]) == (
        '{"ErrorCode":null,"ErrorDetail":null,"PrepareDuration":null,"PrepareStatus":null,'
        '"TotalDuration":5,"TransferDuration":null,"TransferStatus":null,"VerifyDuration":null,'
        '"VerifyStatus":null}'
    )


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (AT, "2024-05-06T07:08:09.11Z"),
        (AT.replace(microsecond=0), "2024-05-06T07:08:09Z"),
        (AT.replace(microsecond=999), "2024-05-06T07:08:09Z"),
        (AT.replace(microsecond=1_999), "2024-05-06T07:08:09.001Z"),
        (AT.replace(microsecond=999_999), "2024-05-06T07:08:09.999Z"),
        (AT.astimezone(timezone(timedelta(hours=-5))), "2024-05-06T07:08:09.11Z"),
    ],
)
def test_times_of_aws_are_in_utc_with_milliseconds_cut(moment: datetime, text: str) -> None:
    assert run({"StartTime": moment})["StartTime"] == text


BEGUN = Operation(
    id="i", kind=OperationKind.CREATE_MOVER, status=OperationStatus.RUNNING, account_id="1",
    group="g", mover_name="n", task_arn=None, events=(OperationEvent(AT, "did it"),), failure=None,
    requested_by="x", created_at=AT, updated_at=AT + timedelta(hours=1), ended_at=None,
)  # fmt: skip
T = "2024-05-06T07:08:09.11Z"
LINES = [f"{T} starting task i", f"{T} {T} checkin task i", f"{T} did it"]
VIEWS: dict[str, tuple[Operation, dict[str, Any]]] = {
    "created": (
        replace(BEGUN, status=OperationStatus.CREATED, events=()),
        {"created_at": T, "id": "i", "status": "created"},
    ),
    "running": (
        BEGUN,
        {"checkin_at": T, "created_at": T, "id": "i", "status": "running", "events": LINES},
    ),
    "completed": (
        replace(BEGUN, status=OperationStatus.COMPLETED, ended_at=AT),
        {
            "checkin_at": T, "completed_at": T, "created_at": T, "id": "i", "status": "completed",
            "events": [*LINES, f"{T} {T} complete task i"],
        },
    ),
    "failed": (
        replace(BEGUN, status=OperationStatus.FAILED, ended_at=AT, failure=OperationFailure("why")),
        {
            "checkin_at": T, "created_at": T, "id": "i", "status": "failed",
            "events": [*LINES, f"{T} {T} failed task i"], "failed_at": T, "failure": "why",
        },
    ),
    "running as a newer server calls it": (
        replace(BEGUN, status=OperationStatus.OTHER),
        {"checkin_at": T, "created_at": T, "id": "i", "status": "running", "events": LINES},
    ),
    "completed as a newer server calls it": (
        replace(BEGUN, status=OperationStatus.OTHER, ended_at=AT),
        {
            "checkin_at": T, "completed_at": T, "created_at": T, "id": "i", "status": "completed",
            "events": [*LINES, f"{T} {T} complete task i"],
        },
    ),
    "failed as a newer server calls it": (
        replace(BEGUN, status=OperationStatus.OTHER, ended_at=AT, failure=OperationFailure("why")),
        {
            "checkin_at": T, "created_at": T, "id": "i", "status": "failed",
            "events": [*LINES, f"{T} {T} failed task i"], "failed_at": T, "failure": "why",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("status", VIEWS)
def test_the_flywheels_view_leaves_out_what_is_empty(status: str) -> None:
    operation, view = VIEWS[status]
    assert written(responses.flywheel_json(operation)) == written(view)


def test_strings_are_escaped_as_go_escapes_them() -> None:
    text = 'a<b>&\u2028\u2029é"\\\n'
    assert written([text]) == '["a\\u003cb\\u003e\\u0026\\u2028\\u2029é\\"\\\\\\n"]'
    assert json.loads(written([text])) == [text]


def test_bytes_in_a_location_are_written_in_base64_as_aws_does() -> None:
    store = location("OBJECT_STORAGE", {"ServerCertificate": b"\xff-----BEGIN"})
    rendered = responses.mover_json(in_full({}, source=store))["Source"]
    assert json.loads(written(rendered))["OBJECT_STORAGE"] == {
        "ServerCertificate": "/y0tLS0tQkVHSU4="
    }
