"""The rights of a caller: what it sees, and what its movers may use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.caller import Identity, Rights
from graph.model.resources import ArnPattern, Resource, ResourceRule
from tests.world import LAB, OTHER

BUCKET = Resource("arn:aws:s3:::lab")
ACCOUNTS = st.sampled_from([LAB, OTHER])
GROUPS = st.sampled_from(["g", "h", "G"])


def rule(group: str | None = None, account: str | None = None) -> ResourceRule:
    return ResourceRule(ArnPattern.parse(BUCKET.arn), account, group)


@given(
    accounts=st.none() | st.frozensets(ACCOUNTS),
    groups=st.none() | st.frozensets(GROUPS),
    account=ACCOUNTS,
    group=st.none() | GROUPS,
)
def test_a_mover_is_seen_if_its_account_and_its_group_are(
    accounts: frozenset[str] | None,
    groups: frozenset[str] | None,
    account: str,
    group: str | None,
) -> None:
    rights = Rights(accounts=accounts, groups=groups)
    in_account = accounts is None or account in accounts
    assert rights.sees_account(account) is in_account
    assert rights.sees(account, group) is (in_account and (groups is None or group in groups))


@pytest.mark.parametrize(
    ("groups", "resources", "allowed"),
    [
        (None, None, True),
        (None, [], False),
        (None, [rule()], True),
        (["g"], None, False),
        (["g"], [], False),
        (["g"], [rule()], True),
        (["g"], [rule("g")], True),
        (["g"], [rule("h")], False),
        (["g"], [rule("g", OTHER)], False),
    ],
)
def test_a_caller_of_some_groups_uses_nothing_without_a_rule(
    groups: list[str] | None, resources: list[ResourceRule] | None, *, allowed: bool
) -> None:
    rights = Rights(
        groups=None if groups is None else frozenset(groups),
        resources=None if resources is None else frozenset(resources),
    )
    assert rights.may_use(LAB, "g", BUCKET) is allowed


@pytest.mark.parametrize(
    ("groups", "allowed"), [(None, {"g", "h"}), (["g"], {"g"}), (["h"], {"h"}), ([], set())]
)
def test_the_rules_of_groups_are_granted_to_callers_that_see_them(
    groups: list[str] | None, allowed: set[str]
) -> None:
    rights = Rights(
        groups=None if groups is None else frozenset(groups), resources=frozenset()
    ).granted([rule("g"), rule("h")])
    assert {group for group in ("g", "h") if rights.may_use(LAB, group, BUCKET)} == allowed


def test_granting_keeps_own_rules_and_never_limits_a_caller_that_uses_everything() -> None:
    own = Rights(groups=frozenset(["g"]), resources=frozenset([rule("g")]))
    assert own.granted([]).may_use(LAB, "g", BUCKET)
    assert Rights().granted([rule("g")]).uses_everything


@pytest.mark.parametrize(
    ("on_behalf_of", "who"), [(None, "k"), ("", "k"), ("ann@example.org", "k for ann@example.org")]
)
def test_the_end_user_is_named_after_the_key(on_behalf_of: str | None, who: str) -> None:
    assert Identity("k", on_behalf_of).who == who
