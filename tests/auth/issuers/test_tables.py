"""The tables of issuers: each mistake has a sentence that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.auth import read_issuers, read_issuers_file
from tests.auth.issuers.provider import key_set

RULE: dict[str, Any] = {"name": "r", "claim": "roles", "values": ["a"]}
TABLE: dict[str, Any] = {
    "name": "idp",
    "issuer": "https://idp.example.org",
    "audience": "us",
    "rules": [RULE],
}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "issuer 1 must have a name"),
    ({"name": "a:b"}, "issuer 1 must have a name"),
    ({"issuer": None}, "issuer 'idp' must have issuer"),
    ({"issuer": ""}, "issuer must not be empty"),
    ({"issuer": 1}, "issuer must be a string"),
    ({"issuer": "http://idp.example.org"}, "issuer must be an https address, or jwks_url"),
    ({"audience": None}, "must have audience"),
    ({"rules": None}, "must have rules"),
    ({"rules": []}, r"rules must be at least one \[\[issuers.rules\]\] table"),
    ({"rules": "all"}, "rules must be at least one"),
    ({"rules": [1]}, "rule 1 is not a table"),
    ({"rules": [RULE, RULE]}, "two rules have the same name"),
    ({"algorithms": ["HS256"]}, "may contain RS256, PS256, ES256, EdDSA, not 'HS256'"),
    ({"algorithms": ["none"]}, "not 'none'"),
    ({"algorithms": []}, "algorithms must be a list with at least one entry"),
    ({"algorithms": "RS256"}, "algorithms must be a list"),
    ({"types": []}, "types must be a list"),
    ({"jwks_url": "http://idp.example.org/keys"}, "jwks_url must be an https address"),
    ({"jwks_file": "/nowhere"}, "jwks_file cannot be used: "),
    ({"jwks_file": "/dev/null"}, "jwks_file cannot be used: the keys are not JSON"),
    ({"jwks_file": "{keys}", "jwks_url": "https://x.example"}, "must not have both"),
    ({"secret": "x"}, "secret is not one of name, issuer"),
]
WRONG_RULES: list[tuple[dict[str, Any], str]] = [
    ({"name": "r", "write": True}, "must have a claim or a scope: it would match every token"),
    ({"claim": "roles"}, "rule 1 must have a name"),
    ({"name": "r", "claim": "roles"}, "rule 'r' must have values or a pattern together with"),
    ({"name": "r", "values": ["a"]}, "values or a pattern together with a claim"),
    (RULE | {"pattern": "a"}, "values or a pattern together with a claim"),
    ({"name": "r", "scope": "s", "values": ["a"]}, "together with a claim"),
    (RULE | {"values": []}, "values must be a list with at least one entry"),
    (RULE | {"values": [""]}, "values must not be empty"),
    ({"name": "r", "claim": "c", "pattern": "("}, "pattern is not a regular expression"),
    (
        {"name": "r", "claim": "c", "pattern": "(?P<account>a)(?P<group>b)"},
        "may capture group, group and role, or account",
    ),
    (
        {"name": "r", "claim": "c", "pattern": "(?P<role>a)"},
        "may capture group, group and role, or account",
    ),
    (
        {"name": "r", "claim": "c", "pattern": "(?P<group>a)", "groups": ["lab"]},
        "captures the group, so that groups must be omitted",
    ),
    (RULE | {"accounts": ["1"]}, "accounts: "),
    (RULE | {"groups": []}, "groups must be a list"),
    (RULE | {"write": "yes"}, "write must be true or false"),
    (RULE | {"resources": ["lab-*"]}, "resources contains 'lab-\\*', which must be arn:"),
    (RULE | {"forwarded_user": True}, "forwarded_user is not one of"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_a_wrong_issuer_is_named(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(key_set())
    given = {k: v for k, v in (TABLE | changes).items() if v is not None}
    if given.get("jwks_file") == "{keys}":
        given["jwks_file"] = f"{tmp_path}/keys"
    with pytest.raises(ValueError, match=sentence):
        read_issuers([given])


@pytest.mark.parametrize(("rule", "sentence"), WRONG_RULES)
def test_a_wrong_rule_is_named(rule: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        read_issuers([TABLE | {"rules": [rule]}])
    assert str(error.value).startswith("issuer 'idp'")


@pytest.mark.parametrize("given", [None, [], "idp", {}, [1]])
def test_anything_but_tables_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"issuer"):
        read_issuers(given)


@pytest.mark.parametrize(("entry", "what"), [("name", "name"), ("issuer", "url")])
def test_issuers_are_distinct(entry: str, what: str) -> None:
    second = {"name": "second", "issuer": "https://second.example"} | {entry: TABLE[entry]}
    with pytest.raises(ValueError, match=f"two issuers have the {what} '{TABLE[entry]}'"):
        read_issuers([TABLE, TABLE | second])


def test_what_is_left_out_is_strict() -> None:
    (issuer,) = read_issuers([TABLE])
    assert (issuer.algorithms, issuer.types, issuer.subject) == (("RS256",), ("at+jwt",), "sub")
    (rule,) = issuer.rules
    assert not rule.rights.may_write
    assert not rule.rights.may_audit


def test_a_file_holds_issuers_and_groups(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(key_set())
    file = tmp_path / "issuers.toml"
    file.write_text(f"""
[[issuers]]
name = "idp"
issuer = "urn:idp"
audience = "us"
types = ["application/AT+JWT", "JWT"]
jwks_file = "{tmp_path}/keys.json"
[[issuers.rules]]
name = "lab"
claim = "groups"
values = ["x"]
groups = ["lab"]

[[groups]]
name = "lab"
resources = ["arn:aws:s3:::lab-*"]
""")
    (issuer,) = read_issuers_file(str(file))
    assert issuer.types == ("at+jwt", "jwt")
    assert issuer.keys is not None
    rights = issuer.rules[0].rights_for({"groups": ["x"]})
    assert rights is not None
    assert len(rights.resources or ()) == 1
    file.write_text(f"{file.read_text()}\n[[keys]]\nname = 'x'\n")
    with pytest.raises(ValueError, match=r"may contain only \[\[issuers\]\] and \[\[groups\]\]"):
        read_issuers_file(str(file))
