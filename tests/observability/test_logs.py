"""Log lines cannot be forged, and libraries never log at debug."""

from __future__ import annotations

import logging

import pytest

from graph.observability.logs import pairs, set_up


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
