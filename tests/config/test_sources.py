"""Where settings come from, and which source takes precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import load
from tests.config.conftest import GOOD


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(f"DATASYNC_API_{name}")
    with pytest.raises(SettingsError, match=f"^DATASYNC_API_{name} is missing: "):
        load()


def test_keys_stand_in_a_file_of_their_own_or_among_the_settings(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[[keys]]\nname = "ci"\nkey = "other"\n')
    environment.setenv("DATASYNC_API_KEYS", str(file))
    names = [(key.caller.name, key.caller.may_write) for key in load().all_keys]
    assert names == [("default", True), ("ci", False)]
    environment.delenv("DATASYNC_API_KEYS")
    environment.delenv("DATASYNC_API_TOKEN")
    assert [key.caller.name for key in load(str(file)).all_keys] == ["ci"]


def test_an_unknown_setting_is_refused_with_the_nearest_name(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("DATASYNC_API_LISTN", ":1")
    with pytest.raises(SettingsError, match=r"LISTN is not a setting; did you mean LISTEN"):
        load()


def test_a_file_gives_settings_and_the_environment_wins(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('org = "other"\nregion = "eu-west-1"\naccounts = ["222222222222"]\n')
    settings = load(str(file))
    assert (settings.org, settings.region) == ("acme", "eu-west-1")
    assert settings.accounts == ("222222222222",)
    file.write_text("regoin = 1\n")
    with pytest.raises(SettingsError, match=r"regoin .* is not a setting; did you mean region"):
        load(str(file))
