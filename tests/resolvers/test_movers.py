"""Movers, groups and accounts: listed and found, within the rights of the caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.context import Services
from graph.model.errors import Forbidden, Invalid, NotFound
from graph.resolvers import movers
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend, by_hand
from tests.resolvers.lab import asking, opened
from tests.world import LAB, OTHER, furnish

THIRD = "444444444444"


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    """Movers ``g/one``, ``g/two`` and ``h/one``."""
    furnish(aws, LAB)
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    for group, name in (("g", "two"), ("h", "one"), ("g", "one")):
        by_hand(group, (role, role), name=name)
    async with opened(tmp_path) as services:
        yield services


SEEN: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, [("g", "one"), ("g", "two"), ("h", "one")]),
    ({"groups": frozenset({"g"})}, [("g", "one"), ("g", "two")]),
    ({"groups": frozenset({"none"})}, []),
    ({"accounts": frozenset({LAB}), "groups": frozenset({"h"})}, [("h", "one")]),
]


@pytest.mark.parametrize(("rights", "seen"), SEEN)
async def test_lists_have_what_the_caller_sees(
    services: Services, rights: dict[str, Any], seen: list[tuple[str, str]]
) -> None:
    context = asking(services, **rights)
    listed = await movers.list_movers(context, LAB)
    assert sorted((str(mover.group), mover.name) for mover in listed) == seen
    assert [mover.name for mover in listed] == sorted(mover.name for mover in listed)
    groups = [group.name for group in await movers.list_groups(context, LAB)]
    assert groups == sorted({group for group, _ in seen})
    for name in ("g", "h"):
        of_one = await movers.list_movers(context, LAB, name)
        assert sorted(mover.name for mover in of_one) == [n for g, n in seen if g == name]


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(("group", "name"), [("g", "three"), ("none", "one"), ("h", "one")])
async def test_a_mover_that_is_not_there_answers_as_one_that_is_not_the_callers(
    services: Services,
    group: str,
    name: str,
    warm: bool,  # noqa: FBT001
) -> None:
    if warm:
        await movers.list_movers(asking(services), LAB)
    context = asking(services, groups=frozenset({"g"}))
    with pytest.raises(NotFound, match=r"^datasync mover not found$"):
        await movers.find_mover(context, LAB, group, name)


async def test_a_mover_that_was_made_again_by_its_name_is_found(services: Services) -> None:
    before = await movers.find_mover(asking(services), LAB, "g", "one")
    role = next(iter(backend().locations.values())).params["S3Config"]["BucketAccessRoleArn"]
    backend().delete_task(before.task_arn)
    with pytest.raises(NotFound):
        await movers.find_mover(asking(services), LAB, "g", "one")
    made = by_hand("g", (role, role))
    after = await movers.find_mover(asking(services), LAB, "g", "one")
    assert after.task_arn == made.arn != before.task_arn


@pytest.mark.parametrize("name", ["h", "none"])
async def test_a_group_without_movers_answers_as_one_that_is_not_the_callers(
    services: Services, name: str
) -> None:
    context = asking(services, groups=frozenset({"g"}))
    assert (await movers.find_group(context, LAB, "g")).name == "g"
    with pytest.raises(NotFound, match=f"Group '{name}' has no movers"):
        await movers.find_group(context, LAB, name)


@pytest.mark.parametrize("account_id", ["", "12", "x" * 12, "2222222222222", THIRD])
async def test_the_key_of_an_id_is_not_found_where_no_account_has_it(
    services: Services, account_id: str
) -> None:
    context = asking(services, accounts=frozenset({LAB}))
    for group in ("g", "", "a\0b"):
        with pytest.raises(NotFound):
            await movers.get_group(context, f"{account_id}:{group}")


@pytest.mark.parametrize(
    ("rights", "account_id", "group", "error"),
    [
        ({"may_write": False}, "no account", "g", Forbidden),
        ({"may_write": False}, LAB, "g", Forbidden),
        ({}, "no account", "g", Invalid),
        ({"accounts": frozenset({OTHER})}, LAB, "g", NotFound),
        ({"groups": frozenset({"h"})}, LAB, "g", Forbidden),
    ],
)
async def test_rights_to_create_are_checked_before_the_input(
    tmp_path: Path, rights: dict[str, Any], account_id: str, group: str, error: type[Exception]
) -> None:
    async with opened(tmp_path) as services:
        with pytest.raises(error):
            movers.check_may_create(asking(services, **rights), account_id, group)
        movers.check_may_create(asking(services), LAB, "g")
