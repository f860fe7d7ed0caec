"""The rules in force, asked at acceptance and again at each resumption."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.caller import Rights
from graph.model.errors import Forbidden
from graph.model.location_specs import S3Spec
from graph.model.operation import NewMover
from graph.model.resources import ArnPattern, ResourceRule
from graph.rights.policy import ResourcePolicy
from tests.world import LAB

BUCKETS = st.sampled_from(["lab", "lab-a", "lab-b", "labx", "Lab-a", "shop"])
GROUPS = st.sampled_from(["lab", "lab2", "shop"])


def new(source: str, destination: str, group: str = "lab", key_name: str | None = "k") -> NewMover:
    ends = (S3Spec(bucket_arn=f"arn:aws:s3:::{name}") for name in (source, destination))
    return NewMover(
        account_id=LAB,
        group=group,
        name="one",
        source=next(ends),
        destination=next(ends),
        key_name=key_name,
    )


def rule(bucket: str, group: str | None = None) -> ResourceRule:
    return ResourceRule(ArnPattern.parse(f"arn:aws:s3:::{bucket}"), None, group)


async def allowed(policy: ResourcePolicy, mover: NewMover) -> bool:
    try:
        await policy.require_still(mover)
    except Forbidden:
        return False
    return True


@given(
    limited=st.booleans(),
    own=st.frozensets(BUCKETS, max_size=2),
    of_groups=st.frozensets(st.tuples(GROUPS, BUCKETS), max_size=3),
    ends=st.tuples(BUCKETS, BUCKETS),
    group=GROUPS,
)
async def test_both_ends_need_a_rule_of_the_key_or_of_the_movers_group(
    *,
    limited: bool,
    own: frozenset[str],
    of_groups: frozenset[tuple[str, str]],
    ends: tuple[str, str],
    group: str,
) -> None:
    rights = Rights(
        groups=frozenset({"lab", "lab2"}) if limited else None,
        resources=frozenset(rule(bucket) for bucket in own) if own else None,
    ).granted([rule(bucket, name) for name, bucket in of_groups])
    usable = own | {bucket for name, bucket in of_groups if name == group}
    if limited and group == "shop":
        usable = own  # the key never sees the group, nor its rules
    wanted = rights.uses_everything or set(ends) <= usable
    assert await allowed(ResourcePolicy({"k": rights}), new(*ends, group)) is wanted
    assert await allowed(ResourcePolicy({"k": rights}, enforced=False), new(*ends, group))


async def test_a_key_that_is_gone_allows_nothing() -> None:
    policy = ResourcePolicy({"other": Rights()})
    with pytest.raises(Forbidden, match="no longer configured"):
        await policy.require_still(new("lab", "lab"))


async def test_a_mover_of_a_token_is_checked_by_its_rule_for_its_group() -> None:
    def rights_in(group: str | None) -> Rights:
        return Rights(groups=frozenset({group or ""})).granted([rule("lab", "lab")])

    policy = ResourcePolicy({}, rules={"idp/writers": rights_in})
    await policy.require_still(new("lab", "lab", key_name="idp/writers"))
    for wrong in (new("lab", "lab", "shop", key_name="idp/writers"), new("lab", "lab")):
        with pytest.raises(Forbidden):
            await policy.require_still(wrong)


async def test_what_a_version_without_rules_accepted_is_finished() -> None:
    policy = ResourcePolicy({"k": Rights(groups=frozenset({"lab"}))})
    await policy.require_still(new("lab", "lab", key_name=None))
    older = new("lab", "lab")
    object.__delattr__(older, "key_name")  # as it is read from what such a version stored
    await policy.require_still(older)


def test_idempotency_keys_do_not_depend_on_the_key_that_is_noted() -> None:
    assert repr(new("a", "b", key_name="x")) == repr(new("a", "b", key_name=None))
