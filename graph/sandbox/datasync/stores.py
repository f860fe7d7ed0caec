"""Where an execution reads and writes: moto's own S3, object by object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend, s3_backends

from graph.sandbox.failures import Failure
from graph.sandbox.roles import check_role


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as listed.

    ``key`` is moto's, so that a later overwrite does not change what this entry reads.
    """

    path: str
    size: int
    etag: str
    key: FakeKey

    @property
    def folder(self) -> bool:
        return self.path.endswith("/")

    def same(self, other: Entry | None) -> bool:
        return other is not None and self.size == other.size and self.etag == other.etag


class Store:
    """A location the sandbox knows but has no storage behind."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def check(self) -> None:
        raise Failure(
            "SyncTaskErrorLocationNotAdded",
            f"Task failed to access location {self.uri}: the sandbox keeps no storage behind it.",
        )

    def entries(self) -> dict[str, Entry]:
        raise NotImplementedError

    def find(self, path: str) -> Entry | None:
        raise NotImplementedError

    def write(self, entry: Entry, source: Store, tags: bool) -> None:
        raise NotImplementedError

    def delete(self, path: str) -> None:
        raise NotImplementedError


class S3Store(Store):
    def __init__(self, account_id: str, partition: str, params: dict[str, Any]) -> None:
        self.account_id = account_id
        self.partition = partition
        self.bucket = params["S3BucketArn"].split(":::")[-1]
        self.role = (params.get("S3Config") or {}).get("BucketAccessRoleArn", "")
        self.storage_class = params.get("S3StorageClass")
        prefix = (params.get("Subdirectory") or "").strip("/")
        self.prefix = f"{prefix}/" if prefix else ""

    @property
    def s3(self) -> S3Backend:
        """Of the account that owns the bucket, which may be another than the task's."""
        partition, owner = s3_backends.bucket_accounts.get(
            self.bucket, (self.partition, self.account_id)
        )
        return s3_backends[owner][partition]

    def check(self) -> None:
        try:
            self.s3.get_bucket(self.bucket)
        except MissingBucket:
            raise Failure(
                "FsS3HeadBucketFailed",
                f"could not perform s3:HeadBucket in bucket {self.bucket}. "
                "The bucket does not exist or is not reachable.",
            ) from None
        check_role(self.role, self.partition, self.bucket)

    def entries(self) -> dict[str, Entry]:
        keys = self.s3.get_bucket(self.bucket).keys.items()
        found = (
            self._entry(name, key)
            for name, key in keys
            if name.startswith(self.prefix) and name != self.prefix
        )
        return {entry.path: entry for entry in found if entry is not None}

    def find(self, path: str) -> Entry | None:
        return self._entry(
            self.prefix + path, self.s3.get_bucket(self.bucket).keys.get(self.prefix + path)
        )

    def _entry(self, name: str, key: FakeKey | FakeDeleteMarker | None) -> Entry | None:
        if not isinstance(key, FakeKey):
            return None
        return Entry(name.removeprefix(self.prefix), key.contentsize, key.etag, key)

    def write(self, entry: Entry, source: Store, tags: bool) -> None:
        copy = self.s3.put_object(
            self.bucket,
            self.prefix + entry.path,
            entry.key.value,
            storage=self.storage_class,
            etag=entry.etag.strip('"'),
        )
        copy.set_metadata(dict(entry.key.metadata))
        if tags and isinstance(source, S3Store):
            kept = source.s3.tagger.get_tag_dict_for_resource(entry.key.arn)
            if kept:
                self.s3.tagger.tag_resource(
                    copy.arn, [{"Key": k, "Value": v} for k, v in kept.items()]
                )

    def delete(self, path: str) -> None:
        self.s3.delete_object(self.bucket, self.prefix + path)
