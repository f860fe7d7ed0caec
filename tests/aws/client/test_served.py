"""Where movers are managed: accounts, and regions of which the first is the default."""

from __future__ import annotations

import pytest

from graph.aws.client.served import Served
from graph.model.errors import Invalid, NotFound
from graph.model.mover import Account
from tests.world import LAB, OTHER

HOME, FAR = "us-east-1", "eu-west-1"


def test_requests_that_name_no_region_mean_the_first() -> None:
    served = Served(regions=(FAR, HOME))
    assert served.account(LAB) == served.account(LAB, FAR) == Account(LAB, FAR)
    assert served.account(LAB, HOME) == Account(LAB, HOME)


@pytest.mark.parametrize("region", ["ap-south-1", "", "EU-WEST-1", "x" * 1_000])
def test_a_region_that_is_not_served_is_invalid_and_may_be_recorded(region: str) -> None:
    served = Served(regions=(FAR, HOME))
    with pytest.raises(Invalid, match=r"Its regions are eu-west-1, us-east-1\.") as caught:
        served.account(LAB, region)
    assert caught.value.path == ("region",)
    assert len(caught.value.message) < 150
    assert served.place(LAB, region) == Account(LAB, region)


@pytest.mark.parametrize("home", [None, HOME, "ap-south-1"])
def test_only_what_is_not_at_home_is_identified_by_its_region(home: str | None) -> None:
    served = Served(regions=(FAR, HOME), home=home)
    for region in (FAR, HOME):
        at_home = region == (home or FAR)
        assert served.account(LAB, region).key == (LAB if at_home else f"{LAB}@{region}")


def test_an_account_that_is_not_allowed_is_in_no_region() -> None:
    served = Served(frozenset([LAB]), (FAR, HOME))
    assert served.listed() == (Account(LAB, FAR),)
    assert served.listed(HOME) == (Account(LAB, HOME),)
    for region in (None, HOME, "ap-south-1"):
        with pytest.raises(NotFound):
            served.account(OTHER, region)
