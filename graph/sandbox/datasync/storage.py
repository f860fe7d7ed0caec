"""What an execution reads from and writes to; and moto's own S3, object by object."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, S3Backend, s3_backends

from graph.sandbox.access_points import find_access_point
from graph.sandbox.failures import Failure
from graph.sandbox.policies import admits
from graph.sandbox.roles import check_role, role_allows

T = TypeVar("T")

_NOT_A_PATH: Final = re.compile(r"^/|//|/\.\.?/")
"""Keys that the service does not transfer."""
_LEAST: Final = {
    **dict.fromkeys(("STANDARD_IA", "ONEZONE_IA", "GLACIER_INSTANT_RETRIEVAL"), 128 * 1024),
    **dict.fromkeys(("GLACIER", "DEEP_ARCHIVE"), 40 * 1024),
}
"""The smallest objects, in bytes, that a run writes to a storage class."""
_IN_S3: Final = {"GLACIER_INSTANT_RETRIEVAL": "GLACIER_IR"}
"""Storage classes that S3 names otherwise than DataSync."""
_OF_USERS: Final = "x-amz-meta-"


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as listed."""

    path: str
    size: int
    etag: str

    def same(self, other: Entry | None) -> bool:
        return other is not None and self.size == other.size and self.etag == other.etag


@dataclass(frozen=True, slots=True)
class Copy:
    """An object as read."""

    entry: Entry
    body: bytes
    metadata: dict[str, str]
    tags: dict[str, str]


class Storage:
    """The files or objects of one location."""

    def check_access(self) -> None:
        """What the service checks when a location of S3 is created. On Outposts, nothing."""

    def check(self) -> None:
        """Raises Failure unless a run can use the storage."""
        raise NotImplementedError

    def entries(self) -> dict[str, Entry]:
        raise NotImplementedError

    def find(self, path: str) -> Entry | None:
        raise NotImplementedError

    def read(self, path: str, version: str | None = None) -> Copy | None:
        """The object, in a version of S3 or as it is now; None where it is gone."""
        raise NotImplementedError

    def write(self, copy: Copy, *, tags: bool, metadata: bool) -> None:
        raise NotImplementedError

    def delete(self, path: str) -> None:
        raise NotImplementedError


class S3Storage(Storage):
    def __init__(
        self, account_id: str, partition: str, params: dict[str, Any], location_arn: str
    ) -> None:
        self.account_id = account_id
        self.location_arn = location_arn
        self.partition = partition
        self._arn = params["S3BucketArn"]
        self.role = (params.get("S3Config") or {}).get("BucketAccessRoleArn", "")
        self.storage_class = params.get("S3StorageClass")
        prefix = (params.get("Subdirectory") or "").strip("/")
        self.prefix = f"{prefix}/" if prefix else ""

    @property
    def bucket(self) -> str:
        """Its name; of an access point, that of the bucket behind it."""
        point = find_access_point(self._arn)
        return self._arn.split(":::")[-1] if point is None else str(point.bucket)

    @property
    def s3(self) -> S3Backend:
        return s3_backends[self.owner][self.partition]

    @property
    def owner(self) -> str:
        """The account that the bucket belongs to, which may be another than the task's."""
        found = s3_backends.bucket_accounts.get(self.bucket, (self.partition, self.account_id))
        return str(found[1])

    def check_access(self) -> None:
        self.check()

    def check(self) -> None:
        try:
            self.s3.get_bucket(self.bucket)
        except MissingBucket:
            raise Failure(
                "FsS3HeadBucketFailed",
                f"could not perform s3:HeadBucket in bucket {self.bucket}. "
                "The bucket does not exist or is not reachable.",
            ) from None
        check_role(self.role, self.partition, self.location_arn)
        if not self._may("s3:ListBucket", ""):
            raise Failure(
                "SrcLocHitAccess",
                "could not perform s3:ListObjectsV2 on bucket. "
                "Ensure bucket access role has s3:ListBucket permission.",
            )

    def _may(self, action: str, key: str) -> bool:
        """Checks the role's policies, and the policy of what belongs to another account."""
        point = find_access_point(self._arn)
        below = key and (f"/{key}" if point is None else f"/object/{key}")
        if not role_allows(self.role, self.partition, action, f"{self._arn}{below}"):
            return False
        if point is not None and self._arn.split(":")[4] != self.account_id:
            return admits(point.policy, self.role, action, f"{self._arn}{below}")
        if self.owner == self.account_id:
            return True
        resource = f"arn:{self.partition}:s3:::{self.bucket}{key and f'/{key}'}"
        return admits(self.s3.get_bucket(self.bucket).policy, self.role, action, resource)

    def _require(self, action: str, key: str) -> None:
        if not self._may(action, key):
            raise Failure(
                "SrcLocHitAccess",
                f"could not perform {action} in bucket {self.bucket}. Access denied. "
                f"Ensure bucket access role has {action} permission.",
            )

    def entries(self) -> dict[str, Entry]:
        names = [
            name
            for name in list(self._keys())
            if name.startswith(self.prefix) and not _NOT_A_PATH.search(name)
        ]
        paths = [name.removeprefix(self.prefix) for name in names if name != self.prefix]
        found = {path: self.find(path) for path in paths}
        return {path: entry for path, entry in found.items() if entry is not None}

    def find(self, path: str) -> Entry | None:
        return self._attempt(path, lambda key: _entry(path, key))

    def read(self, path: str, version: str | None = None) -> Copy | None:
        if version is not None:
            self._require("s3:GetObjectVersion", self.prefix + path)
            found = self.s3.get_object(self.bucket, self.prefix + path, version_id=version)
            return self._copy(path, found) if isinstance(found, FakeKey) else None
        self._require("s3:GetObject", self.prefix + path)
        return self._attempt(path, lambda key: self._copy(path, key))

    def write(self, copy: Copy, *, tags: bool, metadata: bool) -> None:
        self._require("s3:PutObject", self.prefix + copy.entry.path)
        made = self.s3.put_object(
            self.bucket,
            self.prefix + copy.entry.path,
            copy.body,
            storage=self._class_for(len(copy.body)),
            etag=copy.entry.etag.strip('"'),
        )
        made.set_metadata(copy.metadata if metadata else _system(copy.metadata))
        if tags and copy.tags:
            self.s3.tagger.tag_resource(
                made.arn, [{"Key": k, "Value": v} for k, v in copy.tags.items()]
            )

    def _class_for(self, size: int) -> str | None:
        """Objects that are too small for a class, which would cost more there, go to STANDARD."""
        least = _LEAST.get(self.storage_class or "", 0)
        chosen = self.storage_class if size >= least else "STANDARD"
        return _IN_S3.get(chosen or "", chosen)

    def delete(self, path: str) -> None:
        self._require("s3:DeleteObject", self.prefix + path)
        self.s3.delete_object(self.bucket, self.prefix + path)

    def _keys(self) -> dict[str, Any]:
        keys: dict[str, Any] = self.s3.get_bucket(self.bucket).keys
        return keys

    def _attempt(self, path: str, look: Callable[[FakeKey], T]) -> T | None:
        """Looks at a key. moto closes one that is overwritten at that moment: then at its heir."""
        name, closed = self.prefix + path, None
        while isinstance(key := self._keys().get(name), FakeKey) and key is not closed:
            try:
                return look(key)
            except ValueError:
                closed = key
        return None

    def _copy(self, path: str, key: FakeKey) -> Copy:
        tags = self.s3.tagger.get_tag_dict_for_resource(key.arn)
        return Copy(_entry(path, key), key.value, dict(key.metadata), tags)


def _entry(path: str, key: FakeKey) -> Entry:
    return Entry(path, key.contentsize, key.etag)


def _system(metadata: dict[str, str]) -> dict[str, str]:
    """The metadata without what users have defined."""
    return {
        name: value for name, value in metadata.items() if not name.lower().startswith(_OF_USERS)
    }
