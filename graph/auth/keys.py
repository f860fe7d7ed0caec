"""The configured keys and the rights that come with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from graph.auth.groups import read_file_with_groups
from graph.auth.rights import RIGHTS, rights_of
from graph.auth.tables import Reader, flag, read_entries, tables, text
from graph.model.caller import Caller, Identity, Rights
from graph.model.resources import ResourceRule

DEFAULT: Final = "default"
"""The name of the key in ``DATASYNC_API_TOKEN``."""
MOST_CLEAR: Final = 8
"""Every token is compared with each plain-text key, at the cost of one hash each."""
_BYTES: Final = 72
_NAME: Final = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_OF_NOTHING: Final = hashlib.sha256(b"").digest()
_SECRETS: Final = ("key", "key_file", "sha256")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A secret and what its holder may do. Either ``clear`` or ``sha256`` is given."""

    name: str
    rights: Rights = field(default_factory=Rights)
    clear: bytes | None = field(default=None, repr=False)
    """1 to 72 bytes: callers send a bcrypt hash of it."""
    sha256: bytes | None = field(default=None, repr=False)
    """Its SHA-256, if the server does not know the key itself."""
    forwards: bool = False
    """Whether its holder may name the end user that it acts for."""
    bearer: bool = True
    """Whether callers may send the key itself."""

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the key."""
        return self.sha256 or hashlib.sha256(self.clear or b"").digest()

    def caller_for(self, user: str | None) -> Caller:
        """The caller, on behalf of a user if the key is trusted to name one."""
        return Caller(Identity(self.name, user if self.forwards else None), self.rights)


def default_key(clear: bytes) -> ApiKey:
    """The pre-shared key, which may do everything. As in the original, it is never sent itself."""
    return ApiKey(DEFAULT, Rights(may_audit=True), clear=clear, forwards=True, bearer=False)


def read_keys_file(file: str) -> tuple[ApiKey, ...]:
    """The keys of a TOML file of ``[[keys]]`` tables, with the rules of its ``[[groups]]`` tables.

    Raises ValueError with a sentence.
    """
    found, rules = read_file_with_groups(file, "keys")
    return granted(read_keys(found), rules)


def read_keys(given: object) -> tuple[ApiKey, ...]:
    """The keys of ``[[keys]]`` tables. Raises ValueError with a sentence that names the entry."""
    keys = tuple(_key(table, number) for number, table in enumerate(tables(given, "keys"), 1))
    _distinct([key.name for key in keys], "the name '{}' is used by two keys")
    digests = [key.digest for key in keys]
    for index, digest in enumerate(digests):
        if digest in digests[:index]:
            raise ValueError(f"key '{keys[index].name}' has the same secret as another key")
    if sum(key.clear is not None for key in keys) > MOST_CLEAR:
        raise ValueError(
            f"at most {MOST_CLEAR} keys may be configured in plain text; configure the others by "
            "sha256"
        )
    return keys


def granted(keys: Sequence[ApiKey], rules: Sequence[ResourceRule]) -> tuple[ApiKey, ...]:
    """The keys, each limited one with the rules of the groups that it may see."""
    return tuple(replace(key, rights=key.rights.granted(rules)) for key in keys)


def clear_key(text: str) -> bytes:
    """The key's bytes. Raises ValueError unless there are 1 to 72, which is bcrypt's bound.

    Nor may it contain NUL: bcrypt repeats a key with its terminating NUL, so a key of NULs equals
    the empty key.
    """
    encoded = text.encode()
    if b"\0" in encoded:
        raise ValueError("must not contain NUL bytes, at which bcrypt stops reading")
    if not 0 < len(encoded) <= _BYTES:
        raise ValueError(f"must be 1 to {_BYTES} bytes long")
    return encoded


def _key(table: object, number: int) -> ApiKey:
    if not isinstance(table, Mapping):
        raise ValueError(f"key {number} is not a table")  # noqa: TRY004 - a sentence for people
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"key {number} must have a name of 1 to 64 letters, digits or _.@-")
    given = read_entries(f"key '{name}'", table, _ENTRIES)
    secrets = [entry for entry in _SECRETS if entry in given]
    if len(secrets) != 1:
        raise ValueError(f"key '{name}' must have exactly one of key, key_file and sha256")
    digest = given.get("sha256")
    return ApiKey(
        name,
        rights_of(given),
        clear=None if digest else given[secrets[0]],
        sha256=digest,
        forwards=given.get("forwarded_user", False),
    )


def _clear(value: object) -> bytes:
    return clear_key(text(value))


def from_file(value: object) -> bytes:
    """The key in a file, without the line end that editors add."""
    try:
        return clear_key(Path(text(value)).read_text(encoding="utf-8").rstrip("\r\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {error}") from None


def _digest(value: object) -> bytes:
    digits = text(value)
    if not _SHA256.fullmatch(digits):
        raise ValueError("must be 64 hexadecimal digits")
    if bytes.fromhex(digits) == _OF_NOTHING:
        raise ValueError("is the digest of an empty key")
    return bytes.fromhex(digits)


def _distinct(values: Sequence[str], complaint: str) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(complaint.format(value))


_ENTRIES: Final[dict[str, Reader]] = {
    "name": text,
    "key": _clear,
    "key_file": from_file,
    "sha256": _digest,
    "forwarded_user": flag,
    **RIGHTS,
}
"""What a ``[[keys]]`` table may hold, and how each entry is read."""
