"""The ``[[groups]]`` tables: which resources the movers of a group may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.auth.tables import Reader, read_entries, read_file, several, tables, text
from graph.model import names
from graph.model.resources import ArnPattern, ResourceRule


def arn_pattern(given: str) -> ArnPattern:
    """Raises ValueError with a sentence that quotes the pattern."""
    try:
        return ArnPattern.parse(given)
    except ValueError as error:
        raise ValueError(f"contains '{given[:200]}', which {error}") from None


def read_groups_file(file: str) -> tuple[ResourceRule, ...]:
    """The rules of a TOML file of ``[[groups]]`` tables. Raises ValueError with a sentence."""
    given = read_file(file, "groups")
    found = given.pop("groups", None)
    if given:
        raise ValueError(f"{file} may contain only [[groups]] tables, not '{next(iter(given))}'")
    return read_groups(found)


def read_file_with_groups(file: str, what: str) -> tuple[object, tuple[ResourceRule, ...]]:
    """The tables ``what`` of a TOML file, and the rules of its ``[[groups]]`` tables.

    Raises ValueError with a sentence.
    """
    given = read_file(file, what)
    found = given.pop(what, None)
    rules = read_groups(given.pop("groups")) if "groups" in given else ()
    if given:
        other = next(iter(given))
        raise ValueError(f"{file} may contain only [[{what}]] and [[groups]] tables, not '{other}'")
    return found, rules


def read_groups(given: object) -> tuple[ResourceRule, ...]:
    """The rules of ``[[groups]]`` tables. Raises ValueError with a sentence."""
    found: list[ResourceRule] = []
    for number, table in enumerate(tables(given, "groups"), 1):
        if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
            raise ValueError(f"group {number} must have a name")  # noqa: TRY004 - a sentence for people
        label = f"group '{table['name'][:80]}'"
        entries = read_entries(label, table, _ENTRIES)
        if "resources" not in entries:
            raise ValueError(f"{label} must have resources")
        found += [
            ResourceRule(pattern, entries.get("account"), entries["name"])
            for pattern in sorted(entries["resources"], key=str)
        ]
    return tuple(found)


_ENTRIES: Final[dict[str, Reader]] = {
    "name": lambda value: names.group(text(value)),
    "account": lambda value: names.account_id(text(value)),
    "resources": several(arn_pattern, "and the table if the group may use no resources"),
}
