"""Reads the configuration of the original server: a JSON file, or the variable API_CONFIG."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

VARIABLE: Final = "API_CONFIG"
_LISTEN: Final = ":8080"
"""Where the original listens by default."""
_KEY_ID, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
_UNITS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3600,
}
_PART: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_LEVELS: Final = {
    "panic": "error",
    "fatal": "error",
    "error": "error",
    "warn": "warning",
    "warning": "warning",
    "info": "info",
    "debug": "debug",
    "trace": "debug",
}
_CHAIN: Final = "empty; left to the SDK's default chain"
_NO_REDIS: Final = "ignored: operations are kept in STORE_URL instead of Redis"


@dataclass(frozen=True, slots=True)
class Entry:
    """How an entry maps to a setting."""

    name: str
    setting: str
    read: Callable[[str], object] = str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class LegacyConfig:
    """The contents of a configuration."""

    settings: Mapping[str, object]
    """The values by the names of the settings."""
    entries: Mapping[str, str]
    """By the name of a setting, the name of the entry it comes from."""
    credentials: Mapping[str, str]
    """Variables for the SDK's default chain."""
    understood: Mapping[str, str]
    """By the name of an entry, how it was understood, without secrets."""


NOTHING: Final = LegacyConfig(*(MappingProxyType({}) for _ in range(4)))


def decode(variable: str) -> str:
    """The text of API_CONFIG, which may be encoded in base64."""
    try:
        return base64.b64decode("".join(variable.splitlines()), validate=True).decode()
    except (binascii.Error, ValueError):
        return variable


def is_json(name: str, text: str) -> bool:
    """Whether a file is JSON, as the original's is: no TOML file begins with a brace."""
    return name.endswith(".json") or text.lstrip("\ufeff \t\r\n").startswith("{")


def read(text: str) -> LegacyConfig:
    """Reads a configuration; unknown entries are ignored. Raises ValueError naming the entry."""
    given = _flat(_decoded(text))
    settings: dict[str, object] = {"listen": _LISTEN}
    entries = {entry.setting: entry.name for entry in _ENTRIES.values()}
    understood = {}
    for path, value in given.items():
        entry = _ENTRIES.get(path)
        if value is None:
            understood[_spelled(path)] = "null; the default applies"
        elif path in _CREDENTIALS:
            understood[path] = f"{_CREDENTIALS[path]}, a secret" if value else _CHAIN
        elif entry is None:
            understood[path] = _UNUSED.get(path, "unknown; ignored")
        elif value:
            settings[entry.setting] = entry.read(value)
            shown = "a secret" if entry.secret else settings[entry.setting]
            understood[entry.name] = f"{entry.setting.upper()}, {shown}"
        elif path == "token":
            raise ValueError("token is empty, which would give everybody access")
        else:
            understood[entry.name] = "empty; the default applies"
    if given.get("listenaddress") is None:
        understood["listenAddress"] = f"absent; LISTEN, {_LISTEN}, as in the original"
    credentials = {
        variable: value for path, variable in _CREDENTIALS.items() if (value := given.get(path))
    }
    if len(credentials) == 1:
        raise ValueError("account.akid and account.secret must be given together")
    return LegacyConfig(settings, entries, credentials, understood)


def duration(text: str) -> float:
    """The seconds of a duration in Go's notation, such as ``1h30m``. Raises ValueError."""
    parts = _PART.findall(text.removeprefix("+"))
    if text != "0" and (not parts or "".join(n + unit for n, unit in parts) != text.lstrip("+")):
        raise ValueError(f"'{text[:40]}' is not a duration such as 60m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _minutes(text: str) -> float:
    try:
        return duration(text) / 60
    except ValueError as error:
        raise ValueError(f"flywheel.ttl: {error}") from None


def _level(text: str) -> str:
    """The log level; the original treats unknown ones as info."""
    return _LEVELS.get(text.lower(), "info")


def _decoded(text: str) -> dict[str, Any]:
    """Decodes as Go does: the first value counts, and anything after it is ignored."""
    try:
        given, _ = json.JSONDecoder(object_pairs_hook=_merged).raw_decode(
            text.lstrip("\ufeff \t\r\n")
        )
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not valid JSON: {error}") from None
    if not isinstance(given, dict):
        raise ValueError("it must be a JSON object")  # noqa: TRY004 - a sentence for people
    return given


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Merges as Go does: case-insensitive names, the last wins, objects merge, null is ignored."""
    merged: dict[str, Any] = {}
    for name, value in pairs:
        before = merged.get(name.lower())
        if isinstance(before, dict) and isinstance(value, dict):
            before |= value
        elif value is not None or before is None:
            merged[name.lower()] = value
    return merged


def _flat(given: Mapping[str, Any]) -> dict[str, str | None]:
    """The entries by their path; None for null.

    Raises ValueError if a known entry has the wrong type.
    """
    flat: dict[str, str | None] = {}
    for name, value in given.items():
        if name not in _OBJECTS or value is None:
            flat |= _checked(name, value)
        elif isinstance(value, dict):
            for inner, within in value.items():
                flat |= _checked(f"{name}.{inner}", within)
        else:
            raise ValueError(f"{name} must be an object, not {_kind(value)}")
    return flat


def _checked(path: str, value: object) -> dict[str, str | None]:
    if value is None:
        return {path: None}
    known = path in _ENTRIES or path in _CREDENTIALS or path in _UNUSED
    if known and not isinstance(value, str):
        raise ValueError(f"{_spelled(path)} must be a string, not {_kind(value)}")
    return {path: value if isinstance(value, str) else ""}


def _spelled(path: str) -> str:
    return _ENTRIES[path].name if path in _ENTRIES else path


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    kinds = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return kinds[type(value)]


_OBJECTS: Final = ("account", "flywheel", "version")
_ENTRIES: Final = {
    entry.name.lower(): entry
    for entry in (
        Entry("listenAddress", "listen"),
        Entry("org", "org"),
        Entry("token", "token", secret=True),
        Entry("logLevel", "log_level", _level),
        Entry("account.region", "region"),
        Entry("account.role", "role"),
        Entry("account.externalId", "external_id", secret=True),
        Entry("flywheel.ttl", "operation_minutes", _minutes),
    )
}
_CREDENTIALS: Final = {"account.akid": _KEY_ID, "account.secret": _SECRET}
_UNUSED: Final = {
    "account.endpoint": "ignored, as by the original; set AWS_ENDPOINT_URL instead",
    "flywheel.namespace": _NO_REDIS,
    "flywheel.redisaddress": _NO_REDIS,
    "flywheel.redisdatabase": _NO_REDIS,
    "flywheel.redisusername": _NO_REDIS,
    "flywheel.redispassword": _NO_REDIS,
}
