"""The original server's configuration: a JSON file, or API_CONFIG, read as it is."""

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
"""Where the original listens when its configuration does not say."""
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
_CHAIN: Final = "empty, and left to the SDK's default chain"
_NO_REDIS: Final = "not used: operations are kept in STORE_URL, and there is no Redis"


@dataclass(frozen=True, slots=True)
class Entry:
    """How one entry is understood."""

    name: str
    setting: str
    read: Callable[[str], object] = str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """What a configuration gives."""

    settings: Mapping[str, object]
    """By the names of the settings."""
    entries: Mapping[str, str]
    """By the name of a setting: that of the entry it comes from."""
    credentials: Mapping[str, str]
    """Variables for the SDK's default chain."""
    understood: Mapping[str, str]
    """By the name of an entry: what became of it, without secrets."""


NOTHING: Final = Original(*(MappingProxyType({}) for _ in range(4)))


def decode(variable: str) -> str:
    """The text of API_CONFIG: base64, or else as it stands."""
    try:
        return base64.b64decode("".join(variable.splitlines()), validate=True).decode()
    except (binascii.Error, ValueError):
        return variable


def is_json(name: str, text: str) -> bool:
    """Whether a file is the original's: no TOML begins with a brace."""
    return name.endswith(".json") or text.lstrip("\ufeff \t\r\n").startswith("{")


def read(text: str) -> Original:
    """Raises ValueError with a sentence that names the entry. Unknown entries are no failure."""
    given = _flat(_decoded(text))
    settings: dict[str, object] = {"listen": _LISTEN}
    entries = {entry.setting: entry.name for entry in _ENTRIES.values()}
    understood = {}
    for path, value in given.items():
        entry = _ENTRIES.get(path)
        if value is None:
            understood[_spelled(path)] = "null, and left to its default"
        elif path in _CREDENTIALS:
            understood[path] = f"{_CREDENTIALS[path]}, a secret" if value else _CHAIN
        elif entry is None:
            understood[path] = _UNUSED.get(path, "not known, and not used")
        elif value:
            settings[entry.setting] = entry.read(value)
            shown = "a secret" if entry.secret else settings[entry.setting]
            understood[entry.name] = f"{entry.setting.upper()}, {shown}"
        elif path == "token":
            raise ValueError("token is empty, which would give everybody access")
        else:
            understood[entry.name] = "empty, and left to its default"
    if given.get("listenaddress") is None:
        understood["listenAddress"] = f"absent; LISTEN, {_LISTEN}, as in the original"
    credentials = {
        variable: value for path, variable in _CREDENTIALS.items() if (value := given.get(path))
    }
    if len(credentials) == 1:
        raise ValueError("account.akid and account.secret must be given together")
    return Original(settings, entries, credentials, understood)


def duration(text: str) -> float:
    """Seconds of a duration as Go writes it, such as ``60m`` or ``1h30m``. Raises ValueError."""
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
    """The original takes what it does not know for info."""
    return _LEVELS.get(text.lower(), "info")


def _decoded(text: str) -> dict[str, Any]:
    """As Go does: the first value counts, and nothing behind it."""
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
    """As Go does: names in any case, the last wins, objects are merged, null says nothing."""
    merged: dict[str, Any] = {}
    for name, value in pairs:
        before = merged.get(name.lower())
        if isinstance(before, dict) and isinstance(value, dict):
            before |= value
        elif value is not None or before is None:
            merged[name.lower()] = value
    return merged


def _flat(given: Mapping[str, Any]) -> dict[str, str | None]:
    """By path; None for what is null.

    Raises ValueError where a known entry has another type than it should.
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
    "account.endpoint": "not used, nor was it by the original: AWS_ENDPOINT_URL is",
    "flywheel.namespace": _NO_REDIS,
    "flywheel.redisaddress": _NO_REDIS,
    "flywheel.redisdatabase": _NO_REDIS,
    "flywheel.redisusername": _NO_REDIS,
    "flywheel.redispassword": _NO_REDIS,
}
