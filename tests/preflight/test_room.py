"""The name of a new mover, and the room for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.aws.client.gateway import AccountGateway
from graph.model.preflight import PreflightCheck
from graph.preflight.room import Quotas, examine_room
from graph.sandbox import Sandbox
from tests.rights.test_policy import new
from tests.test_call_counts import many

NONE = Quotas(None, None, tell_total=True)


def statuses(checks: list[PreflightCheck]) -> dict[str, str]:
    return {check.id: check.status.value for check in checks}


async def test_a_name_is_taken_by_a_mover_of_the_group_or_by_an_operation(
    aws: Sandbox, account: AccountGateway
) -> None:
    many(aws, 2, group="lab")
    aws.interceptor.forget_calls()
    for group, name, being_created, expected in (
        ("lab", "m-001", False, "FAIL"),
        ("shop", "m-001", False, "PASS"),
        ("lab", "m-9", False, "PASS"),
        ("lab", "m-9", True, "FAIL"),
    ):
        mover = replace(new("x", "y", group), name=name)
        found = await examine_room(account, mover, NONE, being_created=being_created)
        assert statuses(found) == {"name-free": expected, "quota-tasks": "PASS"}
    counts = aws.interceptor.counts()
    assert counts["datasync.ListTasks"] == 4
    assert counts["datasync.ListTagsForResource"] == 2


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        (Quotas(4, None, tell_total=True), {"quota-tasks": "PASS"}),
        (Quotas(3, None, tell_total=True), {"quota-tasks": "FAIL"}),
        (Quotas(9, 3, tell_total=False), {"quota-tasks": "PASS", "quota-group": "FAIL"}),
        (Quotas(9, 4, tell_total=False), {"quota-tasks": "PASS", "quota-group": "PASS"}),
    ],
)
async def test_the_tasks_are_held_against_the_quotas(
    aws: Sandbox, account: AccountGateway, quotas: Quotas, expected: dict[str, str]
) -> None:
    many(aws, 3, group="lab")
    found = await examine_room(account, new("x", "y"), quotas, being_created=False)
    assert statuses(found) == {"name-free": "PASS"} | expected


async def test_the_number_of_tasks_is_told_only_to_those_who_see_all_groups(
    aws: Sandbox, account: AccountGateway
) -> None:
    many(aws, 95)
    for tell, tasks in ((True, 100), (False, 100), (True, None), (False, None), (False, 95)):
        quotas = Quotas(tasks, None, tell_total=tell)
        found = await examine_room(account, new("x", "y"), quotas, being_created=False)
        assert found[1].status.value == ("FAIL" if tasks == 95 else "WARN")
        assert ("95" in found[1].message) == tell
