"""What carries the mark of an operation is found and removed, unless it is in use."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.cleanup.leftovers import marked, remove, remove_roles, roles_of
from graph.model.errors import Conflict
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.world import LAB


def of(operation: str | None) -> list[dict[str, str]]:
    return leftover.tags(operation=operation)


async def test_tasks_and_locations_are_found_by_their_operation(gateway: Gateway) -> None:
    role = leftover.role("one-source-1", operation="a")
    first, second = (leftover.location(role, of("a")) for _ in range(2))
    other, _ = leftover.location(role, of("b")), leftover.location(role, of(None))
    task = leftover.task(first, second, "one", of("a"))
    found = await marked(gateway.bind(LAB), ["a", "b", "none"])
    assert found == {"a": {first, second, task}, "b": {other}, "none": set()}


async def test_a_role_is_found_by_its_operation_group_and_movers_name(gateway: Gateway) -> None:
    mine = leftover.role("one-source-1", operation="a")
    leftover.role("one-source-2", operation="b")
    leftover.role("onetwo-source-3", operation="a")
    leftover.role("one-source-4", group="h", operation="a")
    leftover.role("one-source-5")
    assert await roles_of(gateway.bind(LAB), "g", "one", "a") == [mine]
    assert await roles_of(gateway.bind(LAB), "g", "one", "c") == []


async def test_tasks_go_before_the_locations_that_they_use(aws: Sandbox, gateway: Gateway) -> None:
    role = leftover.role("one-source-1", operation="a")
    ends = [leftover.location(role, of("a")) for _ in range(2)]
    task = leftover.task(ends[0], ends[1], "one", of("a"))
    assert await remove(gateway, [*ends, task], "a") == [task, *sorted(ends)]
    assert leftover.there(aws) == {role}
    assert await remove(gateway, [*ends, task], "a") == []  # the list was late


@pytest.mark.parametrize("operation", [None, "b"])
async def test_what_does_not_carry_the_mark_stays(
    aws: Sandbox, gateway: Gateway, operation: str | None
) -> None:
    role = leftover.role("one-source-1")
    ends = [leftover.location(role, of(operation)) for _ in range(2)]
    everything = [*ends, leftover.task(ends[0], ends[1], "one", of(operation))]
    assert await remove(gateway, everything, "a") == []
    assert leftover.there(aws) == {role, *everything}


async def test_a_location_that_another_task_uses_stays(aws: Sandbox, gateway: Gateway) -> None:
    role = leftover.role("one-source-1")
    used = leftover.location(role, of("a"))
    task = leftover.task(used, used)
    with pytest.raises(Conflict, match=task):
        await remove(gateway, [used], "a")
    assert leftover.there(aws) == {role, used, task}


async def test_a_task_with_an_active_run_stays(aws: Sandbox, gateway: Gateway) -> None:
    role = leftover.role("one-source-1")
    end = leftover.location(role, of("a"))
    task = leftover.task(end, end, "one", of("a"))
    aws.turn(0)
    leftover.datasync().start_task_execution({"TaskArn": task})
    with pytest.raises(Conflict, match="active"):
        await remove(gateway, [task, end], "a")
    assert leftover.there(aws) == {role, end, task}


async def test_a_role_goes_unless_a_location_reads_with_it(aws: Sandbox, gateway: Gateway) -> None:
    free, used = leftover.role("one-source-1"), leftover.role("one-source-2")
    reader = leftover.location(used)
    await remove_roles(gateway.bind(LAB), [free])
    assert leftover.there(aws) == {used, reader}
    other = leftover.role("one-source-3")
    with pytest.raises(Conflict, match=reader):
        await remove_roles(gateway.bind(LAB), [used, other])
    assert leftover.there(aws) == {used, reader}


@pytest.mark.parametrize("call", ["ListRolePolicies", "DeleteRolePolicy", "DeleteRole"])
async def test_a_role_that_cannot_be_deleted_does_not_keep_the_other(
    aws: Sandbox, gateway: Gateway, call: str
) -> None:
    stuck, free = leftover.role("one-source-1"), leftover.role("one-source-2")
    aws.interceptor.add(Fault(call, "denied"))
    with pytest.raises(Conflict, match=f"iam:{call}"):
        await remove_roles(gateway.bind(LAB), [stuck, free])
    assert leftover.there(aws) == {stuck}


async def test_without_roles_nothing_is_asked(aws: Sandbox, gateway: Gateway) -> None:
    await remove_roles(gateway.bind(LAB), [])
    assert aws.interceptor.counts() == {}
