"""Log lines cannot be forged, and libraries never log at debug."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.observability.logs import adopt, pairs, set_up


def test_a_value_cannot_pose_as_another() -> None:
    assert pairs(a=1, b=None, c="x y", d='q"', e="", f="é", g="l\nm") == (
        'a=1 c="x y" d="q\\"" e="" f="\\u00e9" g="l\\nm"'
    )


@pytest.mark.parametrize(("level", "libraries"), [("debug", 20), ("info", 20), ("error", 40)])
def test_libraries_never_log_at_debug(
    level: str, libraries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = logging.getLogger().level
    names = ("botocore.endpoint", "websockets.server", "uvicorn.error", "httpcore.http11")
    parents = [name.partition(".")[0] for name in names]
    for name in (*names, *parents):  # servers of other tests may have set some
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    try:
        set_up(level)
        for name in names:
            assert logging.getLogger(name).getEffectiveLevel() == libraries
        assert logging.getLogger("graph.x").getEffectiveLevel() == getattr(logging, level.upper())
    finally:
        logging.getLogger().setLevel(before)
        for name in ("graph", "rest_compat", "aiobotocore.credentials"):
            logging.getLogger(name).setLevel(logging.NOTSET)


@given(st.dictionaries(st.sampled_from("abcdef"), st.none() | st.integers() | st.text(max_size=20)))
def test_each_value_can_be_read_back(values: dict[str, object]) -> None:
    line = pairs(**values)
    assert line.isascii()
    assert line.isprintable()
    read = re.findall(r'(\w)=("(?:[^"\\]|\\.)*"|[^ ]+)(?: |$)', line)
    told = {name: json.loads(text) if text[0] == '"' else text for name, text in read}
    assert told == {name: str(value) for name, value in values.items() if value is not None}


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before = logger.level
    yield logger
    logger.setLevel(before)


@pytest.mark.parametrize(
    ("level", "least", "expected"),
    [("DEBUG", 20, 20), ("INFO", 30, 30), ("ERROR", 20, 40), ("WARNING", 30, 30)],
)
def test_a_library_that_is_adopted_prints_nothing_by_itself(
    root: logging.Logger, level: str, least: int, expected: int
) -> None:
    library = logging.getLogger("a_library_of_this_test")
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    root.setLevel(level)
    adopt(library.name, least)
    assert library.handlers == []
    assert library.propagate
    assert library.getEffectiveLevel() == expected
