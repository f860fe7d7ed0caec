"""Settings of the log and of metrics."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_accounts_have_at_most_one_class(environment: pytest.MonkeyPatch) -> None:
    assert load().classes == {}
    given = '{"production": ["111111111111", "333333333333"], "lab": ["222222222222"]}'
    environment.setenv("DATASYNC_API_ACCOUNT_CLASSES", given)
    assert load().classes == {
        "111111111111": "production",
        "333333333333": "production",
        "222222222222": "lab",
    }


def test_classes_can_be_a_table_of_the_settings_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[account_classes]\nlab = ["222222222222"]\n')
    assert load(str(file)).classes == {"222222222222": "lab"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ('{"other": []}', "'other' cannot be a class"),
        ('{"Lab": []}', "'Lab' cannot be a class"),
        ('{"lab": ["22222222222"]}', "'22222222222' in 'lab' is not an account id"),
        ('{"a": ["222222222222"], "b": ["222222222222"]}', "222222222222 is in 2 classes"),
        (json.dumps({f"c{number}": [] for number in range(11)}), "there are 11 classes"),
    ],
)
def test_classes_that_are_not_few_and_distinct_are_rejected(
    environment: pytest.MonkeyPatch, given: str, why: str
) -> None:
    environment.setenv("DATASYNC_API_ACCOUNT_CLASSES", given)
    with pytest.raises(SettingsError, match=f"DATASYNC_API_ACCOUNT_CLASSES is wrong: .*{why}"):
        load()
