"""Tables of TOML: each mistake gets a sentence that names the table and the entry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graph.auth.tables import flag, read_entries, read_file, several, tables, text
from graph.model.errors import Invalid


def refused(_value: object) -> None:
    raise Invalid("is not known here")


READERS = {"name": text, "on": flag, "tags": several(str.upper, "for all"), "place": refused}


def test_entries_are_read_by_their_readers() -> None:
    table = {"name": "a", "on": False, "tags": ["x", "y", "x"]}
    assert read_entries("key 'a'", table, READERS) == {
        "name": "a",
        "on": False,
        "tags": frozenset({"X", "Y"}),
    }
    assert read_entries("key 'a'", {}, READERS) == {}


@pytest.mark.parametrize(
    ("entry", "value", "sentence"),
    [
        ("name", 1, "key 'a': name must be a string"),
        ("name", None, "key 'a': name must be a string"),
        ("on", "true", "key 'a': on must be true or false"),
        ("on", 1, "key 'a': on must be true or false"),
        ("tags", [], "key 'a': tags must be a list with at least one entry; omit it for all"),
        ("tags", "x", "key 'a': tags must be a list with at least one entry; omit it for all"),
        ("tags", {"x": 1}, "key 'a': tags must be a list with at least one entry; omit it for all"),
        ("tags", ["x", 1], "key 'a': tags must be a string"),
        ("place", "x", "key 'a': place: is not known here"),
        ("other", "x", "key 'a': other is not one of name, on, tags, place"),
    ],
)
def test_a_wrong_entry_has_its_sentence(entry: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_entries("key 'a'", {"name": "a", entry: value}, READERS)


@pytest.mark.parametrize("given", [None, [], (), "text", {"name": "a"}, 7])
def test_what_is_not_a_list_of_tables_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"^at least one \[\[keys\]\] table is required$"):
        tables(given, "keys")


def test_a_file_is_read_as_toml(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[[keys]]\nname = "Zoë"\n[[keys]]\n', encoding="utf-8")
    given: dict[str, Any] = read_file(str(file), "keys")
    assert tables(given["keys"], "keys") == [{"name": "Zoë"}, {}]


@pytest.mark.parametrize("content", [None, b"[[keys]", b"\xff\xfe", b"a = 1\na = 2\n", b"a = \0"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "keys.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=f"^the file of keys {re.escape(str(file))} cannot be"):
        read_file(str(file), "keys")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be read"):
        read_file(str(tmp_path), "keys")
