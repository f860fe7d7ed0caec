"""Entries of tables that say what a caller may do, everywhere and in single groups."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from graph.auth import read_issuers, read_keys
from graph.model.caller import Rights
from graph.model.verbs import EVERYTHING, Verb
from tests.world import LAB, OTHER

SECRET = {"name": "k", "key": "secret"}


def of_key(**entries: Any) -> Rights:
    (key,) = read_keys([SECRET | entries])
    return key.rights


def of_token(groups: list[str], **entries: Any) -> Rights | None:
    rule = {"name": "r", "claim": "groups"} | entries
    table = {"name": "idp", "issuer": "https://x.org", "audience": "us", "rules": [rule]}
    (issuer,) = read_issuers([table])
    return issuer.rules[0].rights_for({"groups": groups})


@pytest.mark.parametrize("flags", list(product([False, True], repeat=3)))
def test_flags_are_verbs_in_all_groups(flags: tuple[bool, bool, bool]) -> None:
    write, run, clean = flags
    rights = of_key(write=write, run=run, clean=clean)
    expected = {v for v, may in ((Verb.RUN, run), (Verb.CLEAN, clean)) if may}
    for group in ("g", None):
        assert rights.verbs_in(group) == (EVERYTHING if write else expected)
    assert rights.may(Verb.RUN, LAB, "g") is (write or run)


def test_a_table_of_groups_says_what_may_be_done_in_each() -> None:
    rights = of_key(
        groups={"lab": ["write"], "imaging": ["read"], "shop": ["run", "clean"]}, accounts=[LAB]
    )
    assert rights.groups == frozenset({"lab", "imaging", "shop"})
    found = {group: rights.verbs_in(group) for group in ("lab", "imaging", "shop", "x", None)}
    assert found == {
        "lab": EVERYTHING,
        "imaging": frozenset(),
        "shop": {Verb.RUN, Verb.CLEAN},
        "x": frozenset(),
        None: frozenset(),
    }
    assert rights.may(Verb.RUN, LAB, "lab")
    assert not rights.may(Verb.RUN, OTHER, "lab")
    assert not rights.may(Verb.WRITE, LAB, "shop")
    assert rights.may_somewhere(Verb.WRITE)


def test_verbs_in_all_groups_add_to_those_of_each() -> None:
    rights = of_key(groups={"lab": ["clean"], "imaging": ["read"]}, run=True)
    assert rights.verbs_in("lab") == {Verb.RUN, Verb.CLEAN}
    assert rights.verbs_in("imaging") == {Verb.RUN}


def test_regions_limit_keys_and_the_tokens_that_match_a_rule() -> None:
    given = {"regions": ["eu-west-1", "us-east-1"]}
    for rights in (of_key(**given), of_token(["x"], values=["x"], **given)):
        assert rights is not None
        assert rights.sees_region("eu-west-1")
        assert not rights.sees_region("eu-west-2")
        assert hash(rights) != hash(replace(rights, regions=None))
    assert of_key().sees_region("eu-west-2")


def test_equal_rights_are_equal_values() -> None:
    everywhere = of_key(groups=["g", "h"], write=True)
    assert everywhere == of_key(groups=["g", "h"], write=True, run=True, clean=True)
    assert everywhere == of_key(groups={"g": ["write"], "h": ["run"]}, write=True)
    in_one = of_key(groups={"g": ["write"], "h": ["read"]})
    assert in_one == of_key(groups={"g": ["write", "run", "clean"], "h": ["read"]})
    assert hash(in_one) == hash(of_key(groups={"h": ["read"], "g": ["run", "write"]}))
    assert Rights(
        may_write=False, groups=frozenset({"g"}), in_groups=frozenset({("h", Verb.RUN)})
    ) == (Rights(may_write=False, groups=frozenset({"g"})))


ROLES = {
    "pattern": "ds:(?P<group>[a-z]*):(?P<role>[a-z]*)",
    "roles": {"reader": ["read"], "operator": ["run"], "owner": ["write"]},
}


def test_a_role_in_a_claim_says_what_may_be_done_in_its_group() -> None:
    rights = of_token(["ds:a:owner", "ds:b:operator", "ds:c:reader", "ds:d:king", "x"], **ROLES)
    assert rights is not None
    assert rights.groups == frozenset("abc")
    assert [rights.verbs_in(group) for group in "abcd"] == [
        EVERYTHING,
        {Verb.RUN},
        frozenset(),
        frozenset(),
    ]


def test_several_roles_in_a_group_add_up() -> None:
    rights = of_token(["ds:a:reader", "ds:a:operator"], **ROLES)
    assert rights is not None
    assert rights.verbs_in("a") == {Verb.RUN}


def test_unknown_roles_alone_match_nothing() -> None:
    assert of_token(["ds:a:king", "ds:a:"], **ROLES) is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"groups": {}}, "groups must be a table with at least one entry"),
    (
        {"groups": {"g": []}},
        r'groups must be a list with at least one entry; omit it or write \["read"\]',
    ),
    ({"groups": {"g": "run"}}, "groups must be a list with at least one entry"),
    ({"groups": {"g": ["own"]}}, "groups may contain read, run, write and clean, not 'own'"),
    ({"groups": {"g": [1]}}, "groups must be a string"),
    ({"groups": {"": ["run"]}}, "group"),
    ({"run": "yes"}, "run must be true or false"),
    ({"regions": []}, "regions must be a list with at least one entry; omit it to allow all"),
    ({"regions": "eu-west-1"}, "regions must be a list with at least one entry"),
    ({"regions": ["mars"]}, "regions: 'mars' is not a valid AWS region"),
]


@pytest.mark.parametrize(("entries", "message"), WRONG)
def test_what_is_wrong_is_named(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        of_key(**entries)


@pytest.mark.parametrize(
    "entries",
    [
        {"pattern": "(?P<group>.*):(?P<role>.*)"},
        {"pattern": "(?P<group>.*)", "roles": ROLES["roles"]},
        {"values": ["x"], "roles": ROLES["roles"]},
    ],
)
def test_a_role_needs_its_table_and_the_table_a_role(entries: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must have roles together with a pattern"):
        of_token([], **entries)
