"""Settings of the log."""

from __future__ import annotations

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import load


def test_lines_are_text_at_info_by_default(environment: pytest.MonkeyPatch) -> None:
    assert (load().log_level, load().log_format) == ("info", "text")


@pytest.mark.parametrize("name", ["LOG_LEVEL", "LOG_FORMAT"])
def test_another_word_is_rejected(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(f"DATASYNC_API_{name}", "xml")
    with pytest.raises(SettingsError, match=f"DATASYNC_API_{name} is wrong"):
        load()
