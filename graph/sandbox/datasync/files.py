"""Files behind the locations that are not in S3: file servers, file systems and object stores.

Files are kept by the root of their storage, which is the URI of a location up to its host (or its
bucket or container), whatever account reaches it: ``nfs://nas.example`` or ``efs://fs-12345678``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.secret_access import check_secret
from graph.sandbox.datasync.storage import Copy, Entry, S3Storage, Storage

_USER: Final = "x-amz-meta-"
_OWNER: Final = f"{_USER}file-owner"
_GROUP: Final = f"{_USER}file-group"
_MODE: Final = f"{_USER}file-permissions"
_MTIME: Final = f"{_USER}file-mtime"
"""The user metadata in which DataSync keeps a file's attributes in object stores."""
_OPTIONS: Final = {
    _OWNER: "Uid",
    _GROUP: "Gid",
    _MODE: "PosixPermissions",
    _MTIME: "Mtime",
}
"""Attributes that a run leaves out where the option is NONE."""
_DEPTH: Final = {"object-storage": 2, "azure-blob": 2}
"""The parts of a URI that its root has: host and bucket or container; for others, the host."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, or an object of a store that is not S3."""

    body: bytes
    uid: int = 0
    gid: int = 0
    mode: str = "0644"
    mtime: datetime = field(default_factory=CLOCK.now)
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The user metadata and system metadata of an object."""
    tags: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""

    @staticmethod
    def seeded(given: str | Mapping[str, Any]) -> File:
        """From its text, or from ``{text, uid, gid, mode, mtime}`` with an ISO 8601 time."""
        if isinstance(given, str):
            return File(given.encode())
        rest = dict(given)
        body = str(rest.pop("text")).encode()
        if "mtime" in rest:
            rest["mtime"] = datetime.fromisoformat(rest["mtime"]).astimezone(UTC)
        return File(body, **rest)

    def shown(self) -> dict[str, Any]:
        """As ``seeded`` takes it."""
        return {
            "text": self.body.decode(errors="replace"),
            "uid": self.uid,
            "gid": self.gid,
            "mode": self.mode,
            "mtime": self.mtime.isoformat(),
        }


class Files:
    """All files, by root and path. One per process, as moto's state is."""

    def __init__(self) -> None:
        self._roots: dict[str, dict[str, File]] = {}
        self._secrets: dict[str, str] = {}

    def clear(self) -> None:
        self._roots.clear()
        self._secrets.clear()

    def put(self, uri: str, files: Mapping[str, File]) -> None:
        """Adds files below a URI."""
        kept, prefix = self.below(uri)
        kept.update({prefix + path: file for path, file in files.items()})

    def protect(self, uri: str, secret: str) -> None:
        """Lets only locations that have the secret use the storage that a URI is in."""
        self._secrets[_place(uri)[0]] = secret

    def secret_of(self, uri: str) -> str | None:
        """The secret that the storage wants; None if it accepts any."""
        return self._secrets.get(_place(uri)[0])

    def read(self, uri: str) -> dict[str, File]:
        """The files below a URI, by their path from there."""
        kept, prefix = self.below(uri)
        return {
            path.removeprefix(prefix): file
            for path, file in list(kept.items())
            if path.startswith(prefix)
        }

    def below(self, uri: str) -> tuple[dict[str, File], str]:
        """The files of the storage that a URI is in, and the prefix of those below the URI."""
        root, prefix = _place(uri)
        return self._roots.setdefault(root, {}), prefix


def _place(uri: str) -> tuple[str, str]:
    """The root of the storage that a URI is in, and the prefix of what is below the URI."""
    scheme, _, rest = uri.partition("://")
    parts = rest.split("/")
    # The ARN of an access point on an Outpost has slashes itself.
    depth = 4 if rest.startswith("arn:") else _DEPTH.get(scheme, 1)
    inner = "/".join(parts[depth:]).strip("/")
    return f"{scheme}://{'/'.join(parts[:depth])}", f"{inner}/" if inner else ""


FILES: Final = Files()


class Location(Protocol):
    """What is used of a location."""

    arn: str
    params: dict[str, Any]

    @property
    def uri(self) -> str: ...


class FileStorage(Storage):
    """The files below one location. Storage that nobody has filled is empty."""

    def __init__(self, location: Location, partition: str, options: Mapping[str, Any]) -> None:
        uri = location.uri
        self.uri, self._location, self._partition = uri, location, partition
        self._left_out = {name for name, option in _OPTIONS.items() if options[option] == "NONE"}
        self._kept, self._prefix = FILES.below(uri)
        self._has_attributes = uri.partition("://")[0] not in (*_DEPTH, "s3")

    def check(self) -> None:
        location, wanted = self._location, FILES.secret_of(self.uri)
        check_secret(location.params, self._partition, location.arn, wanted)

    def entries(self) -> dict[str, Entry]:
        return {path: _entry(path, file) for path, file in FILES.read(self.uri).items()}

    def find(self, path: str) -> Entry | None:
        file = self._kept.get(self._prefix + path)
        return None if file is None else _entry(path, file)

    def read(self, path: str, version: str | None = None) -> Copy | None:
        if version is not None:
            return None  # only S3 has versions
        file = self._kept.get(self._prefix + path)
        if file is None:
            return None
        given = _as_metadata(file) if self._has_attributes else {}
        metadata = {**file.metadata, **self._wanted(given)}
        return Copy(_entry(path, file), file.body, metadata, dict(file.tags))

    def write(self, copy: Copy, *, tags: bool, metadata: bool) -> None:
        given = self._wanted(copy.metadata)
        self._kept[self._prefix + copy.entry.path] = File(
            copy.body,
            metadata=given if metadata else {},
            tags=copy.tags if tags else {},
            etag=copy.entry.etag,
            **(_attributes(given) if self._has_attributes else {}),
        )

    def _wanted(self, metadata: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in metadata.items() if name not in self._left_out}

    def delete(self, path: str) -> None:
        self._kept.pop(self._prefix + path, None)


def storage_of(
    location: Location, account_id: str, partition: str, options: Mapping[str, Any]
) -> Storage:
    """What is behind a location: buckets are moto's, everything else is kept here."""
    if ":s3:" in location.params.get("S3BucketArn", ""):
        return S3Storage(account_id, partition, location.params, location.arn)
    return FileStorage(location, partition, options)


def _as_metadata(file: File) -> dict[str, str]:
    return {
        _OWNER: str(file.uid),
        _GROUP: str(file.gid),
        _MODE: file.mode,
        _MTIME: f"{round(file.mtime.timestamp() * 1e9)}ns",
    }


def _attributes(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Those that the metadata of an object or of another file has."""
    found: dict[str, Any] = {}
    for name, member in ((_OWNER, "uid"), (_GROUP, "gid")):
        if (number := metadata.get(name, "")).isdigit():
            found[member] = int(number)
    if mode := metadata.get(_MODE):
        found["mode"] = mode
    if (mtime := metadata.get(_MTIME, "").removesuffix("ns")).isdigit():
        found["mtime"] = datetime.fromtimestamp(int(mtime) / 1e9, UTC)
    return found


def _entry(path: str, file: File) -> Entry:
    etag = file.etag or f'"{hashlib.md5(file.body, usedforsecurity=False).hexdigest()}"'
    return Entry(path, len(file.body), etag)
