"""Which rights the claims of a token give, and that no claim gives more by being odd."""

from __future__ import annotations

from typing import Any

import pytest

from graph.auth import granted_issuers, read_groups, read_issuers
from graph.auth.issuers.rule import MOST_VALUES, Rule, scopes_of, values_of
from graph.auth.rejected import Rejected
from graph.model.caller import Rights
from graph.model.resources import Resource
from tests.world import LAB, OTHER

GROUPS = read_groups(
    [
        {"name": "lab", "resources": ["arn:aws:s3:::lab-*"]},
        {"name": "shop", "resources": ["arn:aws:s3:::shop-*"]},
    ]
)


def rule(**entries: Any) -> Rule:
    """With the rules of resources of two groups."""
    table = {
        "name": "idp",
        "issuer": "https://idp.example.org",
        "audience": "us",
        "rules": [{"name": "r"} | entries],
    }
    (issuer,) = granted_issuers(read_issuers([table]), GROUPS)
    return issuer.rules[0]


def seen(rights: Rights | None) -> Any:
    """Accounts and groups."""
    return None if rights is None else (rights.accounts, rights.groups)


BY_GROUP = {"claim": "groups", "pattern": "datasync:(?P<group>.*)"}
BY_ACCOUNT = {"claim": "groups", "pattern": "aws-(?P<account>[0-9]*)"}
CAPTURED: list[tuple[dict[str, Any], Any, object]] = [
    (BY_GROUP, ["datasync:lab"], (None, {"lab"})),
    (BY_GROUP, ["datasync:lab", "datasync:shop", "other"], (None, {"lab", "shop"})),
    (BY_GROUP, "datasync:lab", (None, {"lab"})),
    (BY_GROUP, ["xdatasync:lab"], None),
    (BY_GROUP, ["datasync:"], None),
    (BY_GROUP, [f"datasync:{'g' * 300}"], None),
    (BY_GROUP, ["datasync:lab\n"], None),
    (BY_GROUP, [], None),
    (BY_GROUP, "", None),
    (BY_GROUP, None, None),
    (BY_GROUP, [["datasync:lab"], {"x": 1}, 1, None], None),
    (BY_GROUP, {"datasync:lab": True}, None),
    (BY_GROUP | {"accounts": [LAB]}, ["datasync:lab"], ({LAB}, {"lab"})),
    (BY_ACCOUNT, [f"aws-{LAB}", "aws-1"], ({LAB}, None)),
    (BY_ACCOUNT, ["aws-1"], None),
    (BY_ACCOUNT | {"groups": ["lab"]}, [f"aws-{LAB}"], ({LAB}, {"lab"})),
    (BY_ACCOUNT | {"accounts": [OTHER]}, [f"aws-{LAB}", f"aws-{OTHER}"], ({OTHER}, None)),
    (BY_ACCOUNT | {"accounts": [OTHER]}, [f"aws-{LAB}"], None),
    ({"claim": "groups", "values": ["a", "b"]}, ["b", "c"], (None, None)),
    ({"claim": "groups", "values": ["a", "b"]}, ["A", "ab"], None),
    ({"claim": "groups", "pattern": "a+", "groups": ["lab"]}, ["aa"], (None, {"lab"})),
]


@pytest.mark.parametrize(("entries", "groups", "expected"), CAPTURED)
def test_values_of_a_claim_give_rights(entries: Any, groups: Any, expected: object) -> None:
    assert seen(rule(**entries).rights_for({"groups": groups})) == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"scope": "openid movers:write"}, True),
        ({"scp": ["openid", "movers:write"]}, True),
        ({"scp": "movers:write"}, True),
        ({"scope": "movers:write:all"}, False),
        ({"scope": ["x movers:write"]}, False),
        ({"scope": None}, False),
        ({}, False),
    ],
)
def test_a_scope_is_one_of_those_of_the_token(claims: dict[str, Any], *, expected: bool) -> None:
    given = rule(scope="movers:write", write=True).rights_for(claims)
    assert (given is not None) is expected
    both = rule(scope="movers:write", claim="roles", values=["r"])
    assert both.rights_for(claims) is None
    assert (both.rights_for(claims | {"roles": ["r"]}) is not None) is expected


@pytest.mark.parametrize(
    ("claims", "name", "expected"),
    [
        ({"realm": {"roles": ["a"]}}, "realm.roles", {"a"}),
        ({"realm.roles": ["b"], "realm": {"roles": ["a"]}}, "realm.roles", {"b"}),
        ({"https://x.example/groups": ["g"]}, "https://x.example/groups", {"g"}),
        ({"realm": "a"}, "realm.roles", set()),
        ({"realm": {"roles": {"a": 1}}}, "realm.roles", set()),
        ({}, "realm.roles", set()),
    ],
)
def test_a_dot_leads_into_an_object(claims: dict[str, Any], name: str, expected: object) -> None:
    assert values_of(claims, name) == expected


@pytest.mark.parametrize("claim", ["groups", "scope"])
def test_too_many_values_are_rejected(claim: str) -> None:
    most = [str(number) for number in range(MOST_VALUES)]
    assert len(values_of({claim: most}, claim)) == MOST_VALUES
    with pytest.raises(Rejected, match="valid token"):
        values_of({claim: [*most, "more"]}, claim)
    with pytest.raises(Rejected, match="valid token"):
        scopes_of({"scope": " ".join([*most, "more"])})


def test_limited_callers_use_the_resources_of_their_groups_only() -> None:
    rights = rule(**BY_GROUP, write=True).rights_for({"groups": ["datasync:lab"]})
    assert rights is not None
    assert rights.may_use(LAB, "lab", Resource("arn:aws:s3:::lab-1", ""))
    assert not rights.may_use(LAB, "shop", Resource("arn:aws:s3:::shop-1", ""))


def test_an_accepted_mover_is_checked_by_the_rules_of_its_group() -> None:
    captured, fixed = rule(**BY_GROUP), rule(claim="a", values=["b"], groups=["lab"])
    everything = rule(claim="a", values=["b"])
    shop = Resource("arn:aws:s3:::shop-1", "")
    assert captured.rights_in("shop").may_use(LAB, "shop", shop)
    assert not captured.rights_in("lab").may_use(LAB, "lab", shop)
    assert not fixed.rights_in("shop").may_use(LAB, "shop", shop)
    assert everything.rights_in("shop").uses_everything
