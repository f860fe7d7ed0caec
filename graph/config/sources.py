"""Loads the settings from the environment, a TOML file, or the original's configuration."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from graph.config import legacy
from graph.config.settings import PREFIX, KeySettings, Settings, SettingsError

Kind = TypeVar("Kind", bound=KeySettings)

FILE: Final = f"{PREFIX}CONFIG"
"""The variable that names the settings file. The environment takes precedence over the file."""


_FILES: Final = ("key_file", "jwks_file")
"""The entries of the tables of keys and issuers that name files."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and what else the start of the server needs."""

    settings: Settings
    credentials: Mapping[str, str]
    """Variables for the SDK's default chain, from the original's configuration."""
    understood: tuple[str, ...]
    """How each entry of the original's configuration was understood, as lines for the log."""
    labels: Mapping[str, str]
    """By the name of a setting, the entry of the original's configuration it comes from."""

    def wrong(self, setting: str, why: object) -> SettingsError:
        """The error for a setting whose value turns out wrong when it is used."""
        name = self.labels.get(setting) or f"{PREFIX}{setting.upper()}"
        return SettingsError(f"{name} is wrong: {' '.join(str(why).split())}")


@dataclass(frozen=True, slots=True)
class _Given:
    """What was read from files and variables."""

    theirs: legacy.LegacyConfig
    source: str
    """Where the original's configuration comes from; empty without one."""
    from_file: Mapping[str, Any]

    @property
    def ours(self) -> set[str]:
        """The settings that do not come from the original's configuration, or override it."""
        return _in_environment() | self.from_file.keys()

    @property
    def labels(self) -> dict[str, str]:
        kept = {k: v for k, v in self.theirs.entries.items() if k not in self.ours}
        return {name: f"{entry} in {self.source}" for name, entry in kept.items()}


def load(file: str | None = None) -> Settings:
    """The validated settings. Raises SettingsError."""
    return find(file).settings


def load_keys(file: str | None = None) -> KeySettings:
    """The settings of keys only, from the same sources. Raises SettingsError."""
    return _checked(KeySettings, _read(file))


def key_files() -> frozenset[str]:
    """The files of keys and issuers: settings, tables and secrets. Some may be unreadable."""
    file = os.environ.get(FILE)
    settings = _tables_of(file) if file else {}
    found = {file} if file else set()
    for name in ("keys", "groups", "issuers"):
        given = os.environ.get(f"{PREFIX}{name.upper()}") or settings.get(name)
        if isinstance(given, str):
            found.add(given)
            given = _tables_of(given).get(name)
        tables = given if isinstance(given, list) else []
        entries = [
            table.get(entry) for table in tables if isinstance(table, dict) for entry in _FILES
        ]
        found |= {entry for entry in entries if isinstance(entry, str)}
    return frozenset(found)


def find(file: str | None = None) -> LoadedSettings:
    """The settings with everything that was read with them. Raises SettingsError.

    The environment takes precedence over a TOML file, and that over the original's configuration.
    API_CONFIG is read instead of the original's file.
    """
    given = _read(file)
    settings = _checked(Settings, given)
    theirs = given.theirs
    credentials = theirs.credentials
    overruled = {entry for name, entry in theirs.entries.items() if name in given.ours}
    if any(name in os.environ for name in credentials):
        credentials, overruled = {}, overruled | {"account.akid", "account.secret"}
    understood = tuple(
        f"{name} in {given.source}: "
        f"{'ignored, because a setting overrides it' if name in overruled else how}"
        for name, how in theirs.understood.items()
    )
    return LoadedSettings(settings, credentials, understood, given.labels)


def _read(file: str | None) -> _Given:
    _refuse_unknown_variables()
    file = file or os.environ.get(FILE)
    from_file: dict[str, Any] = {}
    source, theirs = "", legacy.NOTHING
    if os.environ.get(legacy.VARIABLE):
        source = legacy.VARIABLE
        theirs = _original(source, legacy.decode(os.environ[source]))
        if file and legacy.is_json(file, ""):
            file = None  # API_CONFIG replaces it, even if the file does not exist
    text = _text_of(file) if file else ""
    if file and not legacy.is_json(file, text):
        from_file = _from_toml(file, text)
    elif file and not source:
        source, theirs = file, _original(file, text)
    return _Given(theirs, source, from_file)


def _checked(kind: type[Kind], given: _Given) -> Kind:
    values: dict[str, Any] = {**given.theirs.settings, **given.from_file}
    wanted = kind.model_fields.keys() - _in_environment()
    try:
        return kind(**{name: value for name, value in values.items() if name in wanted})
    except ValidationError as error:
        raise SettingsError(_sentence(error, given.labels)) from None


def _in_environment() -> set[str]:
    return {name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" in os.environ}


def _refuse_unknown_variables() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in os.environ:
        short = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and short not in known | {"CONFIG", "REQUIRE_SERVICES"}:
            raise SettingsError(f"{name} is not a setting{_nearest(short, known)}")


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error}") from None


def _tables_of(file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _from_toml(file: str, text: str) -> dict[str, Any]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error}") from None
    for name in given:
        if name not in Settings.model_fields:
            known = set(Settings.model_fields)
            raise SettingsError(f"{name} in {file} is not a setting{_nearest(name, known)}")
    return given


def _original(source: str, text: str) -> legacy.LegacyConfig:
    try:
        return legacy.read(text)
    except ValueError as error:
        raise SettingsError(f"the configuration in {source} is wrong: {error}") from None


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _sentence(error: ValidationError, labels: Mapping[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    if not first["loc"]:  # about several settings: the message names them
        return first["msg"].removeprefix("Value error, ")
    setting = str(first["loc"][0])
    name = labels.get(setting) or f"{PREFIX}{setting.upper()}"
    if first["type"] == "missing":
        return f"{name} is missing: {Settings.model_fields[setting].description}"
    return f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}"
