"""Accounts: listed and found in a region, within the rights of the caller."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model.errors import Invalid, NotFound
from graph.model.mover import Account
from graph.resolvers import accounts
from graph.sandbox import Sandbox
from tests.resolvers.lab import asking, opened
from tests.world import HERE, LAB, OTHER, furnish

KEYS = ["", "12", "x" * 12, "2222222222222", OTHER, f"{LAB}@", f"{LAB}@eu-west-1", f"{LAB}@x@y"]


@pytest.mark.parametrize("key", KEYS)
async def test_the_key_of_an_id_is_not_found_where_no_account_has_it(
    aws: Sandbox, tmp_path: Path, key: str
) -> None:
    furnish(aws, LAB)
    async with opened(tmp_path) as services:
        context = asking(services, accounts=frozenset({LAB}))
        assert await accounts.get_account(context, LAB) == HERE
        assert await accounts.get_account(context, f"{LAB}@us-east-1") == HERE
        with pytest.raises(NotFound):
            await accounts.get_account(context, key)


async def test_an_account_in_another_region_has_to_be_served_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as services:
        context = asking(services)
        assert accounts.in_region(context, HERE, None) is HERE
        assert accounts.in_region(context, Account(LAB, "x"), "us-east-1") == HERE
        with pytest.raises(Invalid):
            accounts.in_region(context, HERE, "eu-west-1")


@pytest.mark.parametrize(
    ("settings", "caller", "listed"),
    [
        ((), None, []),
        ((), {OTHER, LAB}, [LAB, OTHER]),
        ((LAB, OTHER), None, [LAB, OTHER]),
        ((LAB, OTHER), {OTHER}, [OTHER]),
        ((LAB,), {OTHER}, []),
    ],
)
async def test_accounts_are_those_of_the_settings_that_the_key_may_use(
    tmp_path: Path, settings: tuple[str, ...], caller: set[str] | None, listed: list[str]
) -> None:
    async with opened(tmp_path, *settings) as services:
        context = asking(services, accounts=None if caller is None else frozenset(caller))
        found = [account.account_id for account in accounts.list_accounts(context)]
    assert sorted(found) == listed


async def test_accounts_are_listed_in_the_regions_of_the_key_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, LAB) as services:
        for regions, listed in ((None, [LAB]), ({"us-east-1"}, [LAB]), ({"eu-west-1"}, [])):
            given = None if regions is None else frozenset(regions)
            context = asking(services, regions=given)
            found = accounts.list_accounts(context)
            assert [account.account_id for account in found] == listed
            assert accounts.list_regions(context) == ["us-east-1"][: len(listed)]
