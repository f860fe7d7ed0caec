"""What is examined of a start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.aws.client.gateway import AccountGateway
from graph.aws.locations import describe_location
from graph.aws.tasks import describe_task
from graph.model.mover import Schedule, Task
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.model.preflight import PreflightCheck
from graph.preflight.creates import roles_of
from graph.preflight.starts import Ends, examine_start
from graph.sandbox import Sandbox
from tests.test_call_counts import many, spent
from tests.world import LAB

Mover = tuple[Task, Ends]


@pytest.fixture
async def mover(aws: Sandbox, account: AccountGateway) -> Mover:
    (made,) = many(aws, 1)
    task = await describe_task(account, made.arn)
    ends = [
        await describe_location(account, arn) for arn in (task.source_arn, task.destination_arn)
    ]
    aws.interceptor.forget_calls()
    return task, (ends[0], ends[1])


async def checks(
    account: AccountGateway, mover: Mover, overrides: RunOverrides = NO_OVERRIDES, **changes: Any
) -> dict[str, PreflightCheck]:
    """The last one of each id."""
    task, ends = mover
    roles = roles_of(account, "g")
    found = await examine_start(account, replace(task, **changes), ends, overrides, roles)
    return {check.id: check for check in found.checks}


async def test_an_idle_mover_between_buckets_passes_in_eight_calls(
    aws: Sandbox, account: AccountGateway, mover: Mover
) -> None:
    aws.put(LAB, f"from-{LAB}", "a", b"1")
    found = await checks(account, mover)
    assert {check.status.value for check in found.values()} == {"PASS"}
    assert sum(spent(aws).values()) == 8


async def test_what_keeps_a_mover_from_starting_fails(
    account: AccountGateway, mover: Mover
) -> None:
    changes: dict[str, Any]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"status": "RUNNING"}, "active or queued"),
        ({"status": "UNAVAILABLE", "error_detail": "offline"}, "offline"),
    ]
    for changes, said in cases:
        found = (await checks(account, mover, **changes))["state"]
        assert (found.status.value, said in found.message) == ("FAIL", True)
    gone = (mover[0], (None, mover[1][1]))
    assert (await checks(account, gone))["location-exists"].status.value == "PASS"
    nothing = (mover[0], (None, None))
    assert (await checks(account, nothing))["location-exists"].status.value == "FAIL"


async def test_overrides_are_held_against_the_mover(account: AccountGateway, mover: Mover) -> None:
    found = await checks(account, mover, RunOverrides(options={"Atime": "NONE"}))
    assert (found["overrides"].status.value, found["overrides"].path) == (
        "FAIL",
        ("overrides", "options", "atime"),
    )
    found = await checks(account, mover, RunOverrides(options={"Uid": "INT_VALUE"}))
    assert (found["overrides"].status.value, found["overrides"].path) == (
        "FAIL",
        ("overrides", "options", "uid"),
    )
    described = {"ManifestConfig": {"Action": "TRANSFER"}}
    found = await checks(account, mover, RunOverrides(includes=("/a",)), described=described)
    assert "manifest" in found["overrides"].message


async def test_a_run_that_deletes_from_an_empty_source_is_warned_of(
    account: AccountGateway, mover: Mover
) -> None:
    options = {"PreserveDeletedFiles": "REMOVE"}
    found = (await checks(account, mover, RunOverrides(options=options)))["source-sample"]
    assert found.status.value == "WARN"
    assert "would delete everything" in found.message


async def test_the_schedule_counts_unless_it_is_disabled(
    account: AccountGateway, mover: Mover
) -> None:
    for status, expected in (("ENABLED", True), ("DISABLED", False)):
        schedule = Schedule(expression="cron(0 3 * * ? *)", status=status)
        assert ("schedule" in await checks(account, mover, schedule=schedule)) == expected
