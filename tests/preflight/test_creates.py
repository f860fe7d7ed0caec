"""What is examined of a new mover, in at most 12 calls whatever its ends are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from graph.aws.client.gateway import AccountGateway
from graph.aws.locations import describe_location
from graph.model.location_specs import ExistingSpec, FsxLustreSpec, NfsSpec, S3Spec
from graph.model.preflight import Preflight
from graph.model.task_settings import NO_SETTINGS, TaskSettings
from graph.preflight.creates import NONE_EXISTS, Existing, examine_create
from graph.preflight.probe import MOST_CALLS
from graph.sandbox import Sandbox
from tests.preflight.test_networks import furnish as mounted
from tests.preflight.test_room import NONE
from tests.rights.test_policy import new
from tests.test_call_counts import many, spent
from tests.world import LAB

S3 = S3Spec(bucket_arn=f"arn:aws:s3:::from-{LAB}")
TARGET = S3Spec(bucket_arn=f"arn:aws:s3:::to-{LAB}")
AGENT = f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}"
NFS = NfsSpec(server_hostname="h", subdirectory="/x", agent_arns=(AGENT,))
POINT = S3Spec(bucket_arn=f"arn:aws:s3:us-east-1:{LAB}:accesspoint/inbox")
ENDS = {"s3": S3, "nfs": NFS, "point": POINT}


@pytest.fixture
def furnished(aws: Sandbox) -> str:
    """Two buckets, an access point, and the mover m-000. Returns the location that it writes to."""
    (task,) = many(aws, 1, group="lab")
    aws.put(LAB, f"from-{LAB}", "a", b"1")
    aws.agent(LAB, "one", agent_id="0" * 17)
    aws.access_point(LAB, "inbox", f"to-{LAB}")
    aws.interceptor.forget_calls()
    return str(task.destination.arn)


async def examined(
    account: AccountGateway,
    source: Any,
    destination: Any,
    settings: TaskSettings = NO_SETTINGS,
    existing: Existing = NONE_EXISTS,
) -> Preflight:
    ends = {"source": source, "destination": destination}
    mover = replace(new("x", "y"), name="m-000", settings=settings, **ends)
    return await examine_create(account, mover, NONE, existing, being_created=False)


@pytest.mark.parametrize(
    ("source", "destination"), [("s3", "s3"), ("nfs", "s3"), ("s3", "point"), ("point", "nfs")]
)
async def test_no_pair_of_ends_takes_more_than_12_calls(
    aws: Sandbox, account: AccountGateway, furnished: str, source: str, destination: str
) -> None:
    target = TARGET if destination == "s3" else ENDS[destination]
    found = await examined(account, ENDS[source], target)
    assert sum(spent(aws).values()) <= MOST_CALLS
    ids = Counter(check.id for check in found.checks)
    assert ids["name-free"] == ids["quota-tasks"] == 1
    assert ids["bucket-policy"] == sum(end != "nfs" for end in (source, destination))
    assert not found.ok  # the name is taken
    assert {check.id for check in found.checks if check.status.value == "FAIL"} == {"name-free"}
    assert furnished


async def test_locations_that_exist_and_schedules_are_named(
    aws: Sandbox, account: AccountGateway, furnished: str
) -> None:
    existing = ExistingSpec(location_arn=furnished)
    location = await describe_location(account, furnished)
    aws.interceptor.forget_calls()
    for expression, status in (("cron(0 3 * * ? *)", "PASS"), ("cron(0 3 30 2 ? *)", "WARN")):
        settings = TaskSettings(expression=expression, includes=("/a",))
        there = Existing({furnished: location}, 1)
        found = await examined(account, existing, existing, settings, there)
        checks = {check.id: check for check in found.checks}
        assert checks["location-exists"].path == ("destination", "existing", "locationArn")
        assert checks["schedule"].status.value == status
        assert checks["filters"].status.value == "PASS"
        assert checks["bucket-policy"].path == ("destination", "existing", "locationArn")
        assert sum(spent(aws).values()) == 2 + 4 + 4
    gone = await examined(account, existing, existing, NO_SETTINGS, Existing({furnished: None}, 3))
    checks = {check.id: check for check in gone.checks}
    assert checks["location-exists"].status.value == "FAIL"


async def test_a_new_mover_that_deletes_is_warned_of_an_empty_source(
    account: AccountGateway, furnished: str
) -> None:
    settings = TaskSettings(options={"PreserveDeletedFiles": "REMOVE"})
    found = await examined(account, replace(S3, subdirectory="/none"), TARGET, settings)
    (sample,) = (check for check in found.checks if check.id == "source-sample")
    assert "would delete everything" in sample.message
    assert furnished


async def test_a_mover_to_a_file_system_with_a_log_group_takes_12_calls(
    aws: Sandbox, account: AccountGateway, furnished: str
) -> None:
    spec, _ = mounted()
    settings = TaskSettings(log_group_arn=f"arn:aws:logs:us-east-1:{LAB}:log-group:/x")
    aws.interceptor.forget_calls()
    found = await examined(account, S3, spec, settings)
    assert sum(spent(aws).values()) == MOST_CALLS
    assert {check.id for check in found.checks} >= {"efs-network", "log-group", "source-sample"}
    lustre = FsxLustreSpec(
        filesystem_arn=f"arn:aws:fsx:us-east-1:{LAB}:file-system/fs-{'0' * 17}",
        security_group_arns=spec.security_group_arns,
    )
    found = await examined(account, S3, lustre, settings)
    checks = {check.id: check for check in found.checks}
    assert checks["file-system-exists"].path == ("destination", "fsxLustre", "filesystemArn")
    assert checks["file-system-exists"].status.value == "FAIL"
    assert furnished
