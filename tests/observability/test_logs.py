"""Log lines cannot be forged, an event is one line, and libraries only warn."""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.observability.logs import Fields, JsonFormatter, TextFormatter, adopt, pairs, set_up


def test_a_value_cannot_pose_as_another() -> None:
    assert pairs(a=1, b=None, c="x y", d='q"', e="", f="é", g="l\nm") == (
        'a=1 c="x y" d="q\\"" e="" f="\\u00e9" g="l\\nm"'
    )


@pytest.mark.parametrize(("level", "libraries"), [("debug", 30), ("info", 30), ("error", 40)])
def test_libraries_log_nothing_below_warnings(
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


def record_of(message: object, *arguments: object, error: str | None = None) -> logging.LogRecord:
    info = None if error is None else (ValueError, ValueError(error), None)
    found = logging.LogRecord("graph.x", logging.INFO, "x.py", 1, message, arguments, info)
    found.created, found.msecs = 1_700_000_000.25, 250.0
    return found


HEAD = "2023-11-14T22:13:20.250Z level=INFO logger=graph.x "
ANY_TEXT = st.text(max_size=40) | st.sampled_from(
    ["\nlevel=ERROR", "\x1b[2J", "\u2028", "\r", "%s"]
)


@given(ANY_TEXT, ANY_TEXT)
def test_an_event_is_one_line_of_text_whatever_it_says(message: str, error: str) -> None:
    line = TextFormatter().format(record_of("%s", message, error=f"of {error}"))
    assert line.isprintable()
    assert line.startswith(HEAD)
    (exception,) = re.findall(r' exception=("(?:[^"\\]|\\.)*")$', line)
    told = json.loads(exception)
    assert told.startswith("ValueError")
    assert error.strip() in told


@given(ANY_TEXT, ANY_TEXT)
def test_an_event_is_one_json_object_whatever_it_says(message: str, error: str) -> None:
    line = JsonFormatter().format(record_of("%s", message, error=error))
    assert line.isascii()
    assert line.isprintable()
    told = json.loads(line)
    assert list(told) == ["time", "level", "logger", "message", "exception"]
    assert told["message"] == message
    assert error.strip() in told["exception"]


def test_the_values_of_an_event_are_members_of_its_object() -> None:
    event = record_of(Fields(method="GET", path=None, ms=1.5, caller='a "b"', note="100%"))
    assert TextFormatter().format(event) == (
        HEAD + 'method=GET ms=1.5 caller="a \\"b\\"" note=100%'
    )
    assert json.loads(JsonFormatter().format(event)) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "INFO",
        "logger": "graph.x",
        "method": "GET",
        "ms": 1.5,
        "caller": 'a "b"',
        "note": "100%",
    }


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_long_traceback_is_cut_before_the_exception(formatter: logging.Formatter) -> None:
    line = formatter.format(record_of("x", error="y" * 50_000 + "end"))
    assert len(line) < 17_000
    assert line.rstrip('"}').endswith("end")


def test_warnings_of_python_are_events_too(
    root: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    set_up("info", "json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("old", DeprecationWarning, "x.py", 1)
    (record,) = caplog.records
    assert record.name == "py.warnings"
    assert "\n" not in TextFormatter().format(record)
