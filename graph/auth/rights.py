"""The entries of TOML tables that say what a caller may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.auth.groups import arn_pattern
from graph.auth.tables import Reader, flag, several, text
from graph.model import names
from graph.model.caller import Rights
from graph.model.resources import ResourceRule
from graph.model.verbs import Verb

_READ: Final = "read"
_VERBS: Final = {verb.value: verb for verb in Verb}
VerbsByName = Mapping[str, frozenset[Verb]]


def rights_of(entries: Mapping[str, Any]) -> Rights:
    """The rights of a table whose entries were read by ``RIGHTS``."""
    groups = entries.get("groups")
    by_group: VerbsByName = groups if isinstance(groups, Mapping) else {}
    return Rights(
        may_write=entries.get("write", False),
        may_run=entries.get("run", False),
        may_clean=entries.get("clean", False),
        may_audit=entries.get("audit", False),
        accounts=entries.get("accounts"),
        groups=None if groups is None else frozenset(groups),
        regions=entries.get("regions"),
        in_groups=pairs_of(by_group),
        resources=entries.get("resources"),
    )


def pairs_of(by_group: VerbsByName) -> frozenset[tuple[str, Verb]]:
    """Each group with each verb that is allowed in it."""
    return frozenset((group, verb) for group, verbs in by_group.items() for verb in verbs)


def verbs_by_name(value: object) -> VerbsByName:
    """A table of lists of verbs. Raises ValueError with what is wrong."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError("must be a table with at least one entry")
    read = several(_verb, 'or write ["read"]')
    return {text(name): read(verbs) - {None} for name, verbs in value.items()}


def _verb(word: str) -> Verb | None:
    """None for reading, which needs no verb."""
    if word != _READ and word not in _VERBS:
        raise ValueError(f"may contain read, run, write and clean, not '{word[:40]}'")
    return _VERBS.get(word)


def _groups(value: object) -> frozenset[str] | VerbsByName:
    """A list of groups, or a table of what may be done in each."""
    if isinstance(value, Mapping):
        return {names.group(name): verbs for name, verbs in verbs_by_name(value).items()}
    read: frozenset[str] = several(names.group, "to allow all")(value)
    return read


RIGHTS: Final[dict[str, Reader]] = {
    "write": flag,
    "run": flag,
    "clean": flag,
    "audit": flag,
    "accounts": several(names.account_id, "to allow all"),
    "groups": _groups,
    "regions": several(names.region, "to allow all"),
    "resources": several(
        lambda given: ResourceRule(arn_pattern(given)), "to allow those of its groups"
    ),
}
"""How each entry is read; it raises ValueError or Invalid with what is wrong."""
