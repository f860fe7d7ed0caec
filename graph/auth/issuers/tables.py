"""The ``[[issuers]]`` tables: identity providers, and the rights that their tokens give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from graph.auth.groups import read_file_with_groups
from graph.auth.issuers.download import is_secure
from graph.auth.issuers.issuer import ALGORITHMS, Issuer
from graph.auth.issuers.key_set import KeySet, UnusableKeys, load_libraries
from graph.auth.issuers.rule import Rule
from graph.auth.rights import RIGHTS, rights_of, verbs_by_name
from graph.auth.tables import Reader, read_entries, several, tables, text
from graph.model.resources import ResourceRule

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_OPTIONS: Final = ("algorithms", "types", "subject", "jwks_url")
_CAPTURES: Final = ({"group"}, {"group", "role"}, {"account"}, set[str]())


def read_issuers_file(file: str) -> tuple[Issuer, ...]:
    """The issuers of a TOML file, with the rules of its ``[[groups]]`` tables.

    Raises ValueError with a sentence.
    """
    found, rules = read_file_with_groups(file, "issuers")
    return granted_issuers(read_issuers(found), rules)


def read_issuers(given: object) -> tuple[Issuer, ...]:
    """The issuers of ``[[issuers]]`` tables. Raises ValueError with a sentence."""
    found = tuple(
        _issuer(table, number) for number, table in enumerate(tables(given, "issuers"), 1)
    )
    for what in ("name", "url"):
        values = [getattr(issuer, what) for issuer in found]
        repeated = next((value for value in values if values.count(value) > 1), None)
        if repeated is not None:
            raise ValueError(f"two issuers have the {what} '{repeated}'")
    if found:
        load_libraries()
    return found


def granted_issuers(
    issuers: Iterable[Issuer], resource_rules: Iterable[ResourceRule]
) -> tuple[Issuer, ...]:
    """The issuers, whose limited callers get the rules of the groups that they may see."""
    more = tuple(resource_rules)
    return tuple(
        replace(
            issuer,
            rules=tuple(
                replace(rule, resource_rules=rule.resource_rules + more) for rule in issuer.rules
            ),
        )
        for issuer in issuers
    )


def _issuer(table: object, number: int) -> Issuer:
    if not isinstance(table, Mapping):
        raise ValueError(f"issuer {number} is not a table")  # noqa: TRY004 - a sentence for people
    label = _label("issuer", table, number)
    given = read_entries(label, table, _ISSUER)
    for entry in ("issuer", "audience", "rules"):
        if entry not in given:
            raise ValueError(f"{label} must have {entry}")
    if "jwks_url" in given and "jwks_file" in given:
        raise ValueError(f"{label} must not have both jwks_url and jwks_file")
    if not {"jwks_url", "jwks_file"} & given.keys() and not is_secure(given["issuer"]):
        raise ValueError(
            f"{label}: issuer must be an https address, or jwks_url or jwks_file be given"
        )
    return Issuer(
        name=given["name"],
        url=given["issuer"],
        audience=given["audience"],
        rules=_rules(label, given["rules"]),
        keys=given.get("jwks_file"),
        **{entry: given[entry] for entry in _OPTIONS if entry in given},
    )


def _rules(label: str, given: Sequence[object]) -> tuple[Rule, ...]:
    found = tuple(_rule(label, table, number) for number, table in enumerate(given, 1))
    called = [rule.name for rule in found]
    if len(set(called)) != len(called):
        raise ValueError(f"{label}: two rules have the same name")
    return found


def _rule(issuer: str, table: object, number: int) -> Rule:
    if not isinstance(table, Mapping):
        raise ValueError(f"{issuer}: rule {number} is not a table")  # noqa: TRY004 - the same
    label = _label(f"{issuer}: rule", table, number)
    given = read_entries(label, table, _RULE)
    if ("claim" in given) != (len({"values", "pattern"} & given.keys()) == 1):
        raise ValueError(f"{label} must have values or a pattern together with a claim")
    if not {"claim", "scope"} & given.keys():
        raise ValueError(f"{label} must have a claim or a scope: it would match every token")
    rule = Rule(
        given["name"],
        rights_of(given),
        claim=given.get("claim"),
        values=given.get("values", frozenset()),
        pattern=given.get("pattern"),
        scope=given.get("scope"),
        roles=tuple(sorted(given.get("roles", {}).items())),
    )
    if ("role" in rule.captures) != ("roles" in given):
        raise ValueError(f"{label} must have roles together with a pattern that captures the role")
    if "group" in rule.captures and "groups" in given:
        raise ValueError(f"{label}: the pattern captures the group, so that groups must be omitted")
    return rule


def _label(what: str, table: Mapping[str, object], number: int) -> str:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{what} {number} must have a name of 1 to 64 letters, digits or _.-")
    return f"{what} '{name}'"


def _address(value: object) -> str:
    url = text(value)
    if not is_secure(url):
        raise ValueError("must be an https address")
    return url


def _keys(value: object) -> KeySet:
    try:
        return KeySet.parse(Path(text(value)).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, UnusableKeys) as error:
        raise ValueError(f"cannot be used: {error}") from None


def _pattern(value: object) -> re.Pattern[str]:
    try:
        pattern = re.compile(text(value))
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    if set(pattern.groupindex) not in _CAPTURES:
        raise ValueError("may capture group, group and role, or account, and nothing else by name")
    return pattern


def _algorithms(value: object) -> tuple[str, ...]:
    found = _list(value)
    for each in found:
        if each not in ALGORITHMS:
            raise ValueError(f"may contain {', '.join(ALGORITHMS)}, not '{each[:40]}'")
    return found


def _types(value: object) -> tuple[str, ...]:
    return tuple(each.lower().removeprefix("application/") for each in _list(value))


def _list(value: object) -> tuple[str, ...]:
    """In the order that is written, for messages."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError("must be a list with at least one entry")
    return tuple(text(each) for each in value)


def _not_empty(value: object) -> str:
    if not text(value):
        raise ValueError("must not be empty")
    return text(value)


def _tables(value: object) -> Any:  # noqa: ANN401 - each is checked on its own
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError("must be at least one [[issuers.rules]] table")
    return value


_ISSUER: Final[dict[str, Reader]] = {
    "name": text,
    "issuer": _not_empty,
    "audience": _not_empty,
    "algorithms": _algorithms,
    "types": _types,
    "subject": _not_empty,
    "jwks_url": _address,
    "jwks_file": _keys,
    "rules": _tables,
}
"""What an ``[[issuers]]`` table may hold, and how each entry is read."""
_RULE: Final[dict[str, Reader]] = {
    "name": text,
    "claim": _not_empty,
    "values": several(_not_empty, "and the claim if it does not matter"),
    "pattern": _pattern,
    "scope": _not_empty,
    "roles": verbs_by_name,
    **RIGHTS,
}
"""What an ``[[issuers.rules]]`` table may hold."""
