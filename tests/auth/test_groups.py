"""The tables of groups: each mistake gets a sentence that names it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graph.auth import (
    read_groups,
    read_groups_file,
)

GROUP: dict[str, Any] = {"name": "g", "resources": ["arn:aws:s3:::b"]}


WRONG_GROUPS: list[tuple[object, str]] = [
    ([], "at least one [[groups]] table"),
    ("text", "at least one [[groups]] table"),
    ([1], "group 1 must have a name"),
    ([GROUP, {"resources": ["arn:aws:s3:::b"]}], "group 2 must have a name"),
    ([{"name": "g"}], "group 'g' must have resources"),
    ([GROUP | {"resources": []}], "group 'g': resources must be a list with at least one entry"),
    ([GROUP | {"resources": ["b"]}], "group 'g': resources contains 'b', which must be arn:"),
    ([GROUP | {"account": "12"}], "group 'g': account: '12' is not a valid account id"),
    ([GROUP | {"name": "g!"}], "group 'g!': name: 'g!' is not a valid group name"),
    ([GROUP | {"resource": "b"}], "group 'g': resource is not one of name, account, resources"),
]


@pytest.mark.parametrize(("tables", "sentence"), WRONG_GROUPS)
def test_a_wrong_entry_of_a_group_is_named(tables: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_groups(tables)


def test_a_file_of_groups_holds_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    file.write_text('[[groups]]\nname = "g"\nresources = ["arn:aws:s3:::b"]\n')
    (rule,) = read_groups_file(str(file))
    assert (rule.group, rule.pattern.resource) == ("g", "b")
    file.write_text('key = 1\n[[groups]]\nname = "g"\nresources = ["arn:aws:s3:::b"]\n')
    with pytest.raises(ValueError, match=r"only \[\[groups\]\] tables, not 'key'"):
        read_groups_file(str(file))
