"""The keys that are configured, and what whoever holds one may do."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from graph.model import names
from graph.model.caller import Caller
from graph.model.errors import Invalid

DEFAULT: Final = "default"
"""The name of the key that is a setting of its own."""
MOST_CLEAR: Final = 8
"""A token is compared with each key that is known in clear, which costs a hash each."""
_BYTES: Final = 72
_NAME: Final = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_OF_NOTHING: Final = hashlib.sha256(b"").digest()
_SECRETS: Final = ("key", "key_file", "sha256")


@dataclass(frozen=True, slots=True)
class Key:
    """One key. Either ``clear`` or ``sha256`` is there."""

    caller: Caller
    clear: bytes | None = field(default=None, repr=False)
    """1 to 72 bytes: callers send a bcrypt hash of it."""
    sha256: bytes | None = field(default=None, repr=False)
    """Callers send the key itself, as a bearer."""
    forwards: bool = False
    """Whether its holder is believed when it says whom it acts for."""

    def caller_for(self, user: str | None) -> Caller:
        if user is None or not self.forwards:
            return self.caller
        return replace(self.caller, on_behalf_of=user)


def default_key(clear: bytes) -> Key:
    """The one key of a server that has no others: it may do everything, as in the original."""
    return Key(Caller(DEFAULT), clear=clear, forwards=True)


def read_keys_file(file: str) -> tuple[Key, ...]:
    """The keys of a TOML file of ``[[keys]]`` tables. Raises ValueError with a sentence."""
    try:
        given = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"the file of keys {file} cannot be read: {error}") from None
    tables = given.pop("keys", None)
    if given:
        raise ValueError(f"{file} may contain only [[keys]] tables, not '{next(iter(given))}'")
    return read_keys(tables)


def read_keys(tables: object) -> tuple[Key, ...]:
    """The keys of ``[[keys]]`` tables. Raises ValueError with a sentence that names the entry."""
    if not isinstance(tables, Sequence) or isinstance(tables, str) or not tables:
        raise ValueError("at least one [[keys]] table is required")
    keys = tuple(_key(table, number) for number, table in enumerate(tables, 1))
    _distinct([key.caller.name for key in keys], "the name '{}' is used by two keys")
    secrets = [key.clear or key.sha256 for key in keys]
    for index, secret in enumerate(secrets):
        if secret in secrets[:index]:
            raise ValueError(f"key '{keys[index].caller.name}' has the same secret as another key")
    if sum(key.clear is not None for key in keys) > MOST_CLEAR:
        raise ValueError(
            f"at most {MOST_CLEAR} keys may be configured in plain text; configure the others by "
            "sha256"
        )
    return keys


def clear_key(text: str) -> bytes:
    """The key's bytes. Raises ValueError unless there are 1 to 72, which is bcrypt's bound.

    No NUL either: bcrypt goes through a key with a NUL at its end again and again, so that one of
    NULs is the empty key to it.
    """
    encoded = text.encode()
    if b"\0" in encoded:
        raise ValueError("must not contain NUL bytes, at which bcrypt stops reading")
    if not 0 < len(encoded) <= _BYTES:
        raise ValueError(f"must be 1 to {_BYTES} bytes long")
    return encoded


def _key(table: object, number: int) -> Key:
    if not isinstance(table, Mapping):
        raise ValueError(f"key {number} is not a table")  # noqa: TRY004 - a sentence for people
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"key {number} must have a name of 1 to 64 letters, digits or _.@-")
    given = {entry: _entry(name, entry, value) for entry, value in table.items()}
    secrets = [entry for entry in _SECRETS if entry in given]
    if len(secrets) != 1:
        raise ValueError(f"key '{name}' must have exactly one of key, key_file and sha256")
    digest = given.get("sha256")
    return Key(
        Caller(
            name,
            may_write=given.get("write", False),
            accounts=given.get("accounts"),
            groups=given.get("groups"),
        ),
        clear=None if digest else given[secrets[0]],
        sha256=digest,
        forwards=given.get("forwarded_user", False),
    )


def _entry(name: str, entry: str, value: object) -> Any:  # noqa: ANN401 - each entry has its type
    read = _ENTRIES.get(entry)
    if read is None:
        raise ValueError(f"key '{name}': {entry} is not one of {', '.join(_ENTRIES)}")
    try:
        return read(value)
    except Invalid as error:
        raise ValueError(f"key '{name}': {entry}: {error.message}") from None
    except ValueError as error:
        raise ValueError(f"key '{name}': {entry} {error}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004 - a sentence for people
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - a sentence for people
    return value


def _clear(value: object) -> bytes:
    return clear_key(_text(value))


def from_file(value: object) -> bytes:
    """The key that a file holds; the end of its line is an editor's."""
    try:
        return clear_key(Path(_text(value)).read_text(encoding="utf-8").rstrip("\r\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {error}") from None


def _digest(value: object) -> bytes:
    text = _text(value)
    if not _SHA256.fullmatch(text):
        raise ValueError("must be 64 hexadecimal digits")
    if bytes.fromhex(text) == _OF_NOTHING:
        raise ValueError("is the digest of an empty key")
    return bytes.fromhex(text)


def _some(check: Callable[[str], str]) -> Callable[[object], frozenset[str]]:
    """A list that restricts. An empty one would read like none at all: it is refused."""

    def read(value: object) -> frozenset[str]:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise ValueError("must be a list with at least one entry; omit it to allow all")
        return frozenset(check(_text(item)) for item in value)

    return read


def _distinct(values: Sequence[str], complaint: str) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(complaint.format(value))


_ENTRIES: Final[dict[str, Callable[[object], Any]]] = {
    "name": _text,
    "key": _clear,
    "key_file": from_file,
    "sha256": _digest,
    "write": _flag,
    "accounts": _some(names.account_id),
    "groups": _some(names.group),
    "forwarded_user": _flag,
}
"""What a ``[[keys]]`` table may hold, and how each entry is read."""
