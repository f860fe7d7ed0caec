"""Reads TOML tables entry by entry, so that each mistake gets a sentence that names it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid

Reader = Callable[[object], Any]
"""Returns the entry's value; raises ValueError or Invalid with what is wrong."""


def read_file(file: str, what: str) -> dict[str, Any]:
    """A TOML file. Raises ValueError with a sentence; ``what`` says what it should hold."""
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"the file of {what} {file} cannot be read: {error}") from None


def tables(given: object, name: str) -> Sequence[object]:
    """Tables of one name. Raises ValueError unless there is at least one."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise ValueError(f"at least one [[{name}]] table is required")
    return given


def read_entries(
    label: str, table: Mapping[str, object], readers: Mapping[str, Reader]
) -> dict[str, Any]:
    """The values of a table's entries. Raises ValueError; ``label`` names the table in it."""
    return {name: _read(label, name, value, readers) for name, value in table.items()}


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004 - a sentence for people
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - a sentence for people
    return value


def several(read: Callable[[str], Any], without: str) -> Reader:
    """A list of at least one string. ``without`` says what leaving the entry out means."""

    def read_all(value: object) -> frozenset[Any]:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise ValueError(f"must be a list with at least one entry; omit it {without}")
        return frozenset(read(text(item)) for item in value)

    return read_all


def _read(label: str, name: str, value: object, readers: Mapping[str, Reader]) -> Any:  # noqa: ANN401
    read = readers.get(name)
    if read is None:
        raise ValueError(f"{label}: {name} is not one of {', '.join(readers)}")
    try:
        return read(value)
    except Invalid as error:
        raise ValueError(f"{label}: {name}: {error.message}") from None
    except ValueError as error:
        raise ValueError(f"{label}: {name} {error}") from None
