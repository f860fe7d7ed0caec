"""Where settings come from, and which source takes precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import find, key_files, load, load_keys
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
    names = [(key.name, key.rights.may_write) for key in load().all_keys]
    assert names == [("default", True), ("ci", False)]
    environment.delenv("DATASYNC_API_KEYS")
    environment.delenv("DATASYNC_API_TOKEN")
    assert [key.name for key in load(str(file)).all_keys] == ["ci"]


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


@pytest.mark.parametrize("precedent", ["argument", "variable"])
def test_the_file_is_that_of_the_argument_or_else_of_the_variable(
    environment: pytest.MonkeyPatch, tmp_path: Path, precedent: str
) -> None:
    named, other = tmp_path / "named.toml", tmp_path / "other.toml"
    named.write_text('region = "eu-west-1"\n')
    other.write_text('region = "eu-west-2"\n')
    environment.setenv("DATASYNC_API_CONFIG", str(other))
    found = load(str(named) if precedent == "argument" else None)
    assert found.region == ("eu-west-1" if precedent == "argument" else "eu-west-2")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "the settings file .* cannot be read: "),
        (b"\xff", "the settings file .* cannot be read: "),
        (b"region = ", "the settings file .* cannot be read: "),
        (b"nothing_like_it = 1", "nothing_like_it in .* is not a setting$"),
        (b"poll_seconds = 'soon'", "DATASYNC_API_POLL_SECONDS is wrong: "),
    ],
)
def test_a_file_that_cannot_be_used_has_its_sentence(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_bytes(content)
    for read in (load, load_keys, find):
        if read is load_keys and b"poll" in (content or b""):
            continue  # not one of its settings
        with pytest.raises(SettingsError, match=f"^{sentence}"):
            read(str(file))


def test_keys_are_loaded_without_the_settings_that_they_do_not_need(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.delenv("DATASYNC_API_ROLE")
    file = tmp_path / "settings.toml"
    file.write_text("poll_seconds = 3\n")
    assert [key.name for key in load_keys(str(file)).all_keys] == ["default"]
    with pytest.raises(SettingsError, match=r"^DATASYNC_API_ROLE is missing"):
        load(str(file))


def test_a_setting_that_turns_out_wrong_is_named_by_where_it_comes_from(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = find()
    assert (found.understood, dict(found.credentials)) == ((), {})
    assert str(found.wrong("store_url", "no\n  such host")) == (
        "DATASYNC_API_STORE_URL is wrong: no such host"
    )
    environment.delenv("DATASYNC_API_ORG")
    file = tmp_path / "config.json"
    file.write_text('{"org": "acme", "account": {"role": "theirs"}}')
    theirs = find(str(file))
    assert str(theirs.wrong("org", "taken")) == f"org in {file} is wrong: taken"
    assert str(theirs.wrong("role", "gone")) == "DATASYNC_API_ROLE is wrong: gone"


def test_the_files_that_keys_come_from_are_known_as_far_as_they_can_be_read(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert key_files() == frozenset()
    names = ("settings.toml", "keys.toml", "groups.toml", "secret", "own")
    settings, keys, groups, secret, own = (str(tmp_path / name) for name in names)
    environment.setenv("DATASYNC_API_CONFIG", settings)
    assert key_files() == {settings}
    Path(settings).write_text(f'keys = "{keys}"\ngroups = "{groups}"\n')
    assert key_files() == {settings, keys, groups}
    Path(keys).write_text(f'[[keys]]\nname = "a"\nkey_file = "{secret}"\n')
    assert key_files() == {settings, keys, groups, secret}
    Path(keys).write_text("no TOML")
    assert key_files() == {settings, keys, groups}
    Path(settings).write_text(f'[[keys]]\nname = "a"\nkey_file = "{own}"\n')
    assert key_files() == {settings, own}
    environment.setenv("DATASYNC_API_KEYS", keys)
    assert key_files() == {settings, keys}
    environment.delenv("DATASYNC_API_KEYS")
    Path(settings).write_text(f'[[issuers]]\nname = "a"\njwks_file = "{own}"\n')
    assert key_files() == {settings, own}
    environment.setenv("DATASYNC_API_ISSUERS", groups)
    assert key_files() == {settings, groups}
