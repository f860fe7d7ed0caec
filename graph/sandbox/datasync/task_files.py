"""Manifests, which say what a run moves, and the reports that it writes."""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, S3Backend, s3_backends

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.storage import Entry
from graph.sandbox.failures import Failure, RoleUnusable
from graph.sandbox.policies import admits
from graph.sandbox.roles import check_role, role_allows

_LONGEST: Final = 1_024
"""Bytes of a path or of a version's id."""
_MANIFEST: Final = "ManifestConfig"
_REPORT: Final = "TaskReportConfig"
CONFIGS: Final = (_MANIFEST, _REPORT)
INVALID: Final = "Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role"
_NOUNS: Final = {
    "Transferred": "Transfer",
    "Verified": "Verify",
    "Deleted": "Delete",
    "Skipped": "Skip",
}
"""What the members of a list's items begin with."""
NOTHING: Final = "Execution error occurred prior to generating any Task Reports"

Wanted = dict[str, str | None]
"""The version to move of each path; None for the newest."""


def check_configs(params: Mapping[str, Any], partition: str, task_arn: str) -> None:
    """Refuses a manifest or report without a place, or with a role that cannot be assumed."""
    for name, place in ((_MANIFEST, "Source"), (_REPORT, "Destination")):
        config = params.get(name)
        if not config:
            continue
        s3 = (config.get(place) or {}).get("S3")
        if s3 is None:
            raise InvalidRequestException(f"{name} has no {place} with a role to access it.")
        try:
            check_role(s3["BucketAccessRoleArn"], partition, task_arn)
        except RoleUnusable as failure:
            raise InvalidRequestException(failure.detail) from failure
    if params.get(_MANIFEST) and (params.get("Includes") or params.get("Excludes")):
        raise InvalidRequestException("A manifest cannot be used together with filters.")


def read_manifest(config: Mapping[str, Any], partition: str, account_id: str) -> Wanted:
    """The paths that a manifest lists. Raises Failure where it cannot be read or is malformed."""
    s3 = config["Source"]["S3"]
    key, role, version = (
        s3.get(name)
        for name in ("ManifestObjectPath", "BucketAccessRoleArn", "ManifestObjectVersionId")
    )
    place = _Place(s3["S3BucketArn"], role, partition, account_id)
    action = "GetObjectVersion" if version else "GetObject"
    found = place.find(key, version) if place.may(action, key) else None
    if found is None:
        raise Failure("ManifestFileInaccessible", f"The manifest {key} cannot be read.")
    return dict(_entries(found.value.decode("utf-8-sig", "replace")))


def _entries(text: str) -> Iterator[tuple[str, str | None]]:
    seen: set[str] = set()
    for row in csv.reader(io.StringIO(text)):
        if not row:
            continue
        path, *version = row
        is_long = any(len(each.encode()) > _LONGEST for each in row)
        if not path or path.endswith("/") or path in seen or len(row) > 2 or is_long:  # noqa: PLR2004 - path and version
            raise Failure("ManifestFileInvalid", f"The manifest has a malformed line: {path[:80]}")
        seen.add(path)
        yield path.removeprefix("/"), version[0] if version and version[0] else None


class Report:
    """What one run reports, in the documented layout of objects."""

    def __init__(self, config: Mapping[str, Any], partition: str, account_id: str) -> None:
        self._config, s3 = config, config["Destination"]["S3"]
        self._prefix = s3.get("Subdirectory") or ""
        self._place = _Place(s3["S3BucketArn"], s3["BucketAccessRoleArn"], partition, account_id)
        self.result: dict[str, str] = {"Status": "PENDING"}

    def write(
        self, run_arn: str, lists: Mapping[str, list[tuple[Entry, str | None]]], *, enhanced: bool
    ) -> None:
        """``lists``: files with the reason why they failed, by Transferred, Verified and so on."""
        task_id, run_id = run_arn.split("/")[1], run_arn.split("/")[3]
        folder = f"{task_id}/{run_id}/{run_id}"
        objects = {f"Summary-Reports/{folder}.summary-v1.json": self._summary(run_id, lists)}
        for name, files in lists.items():
            shown = [each for each in files if self._shows(name, failed=each[1] is not None)]
            if self._config.get("OutputType") == "SUMMARY_ONLY" or not shown:
                continue
            key = f"{folder}.files-{name.lower()}-v1-00001-{secrets.token_hex(9)[:17]}.json"
            items = [_item(name, *each, enhanced=enhanced) for each in shown]
            objects[f"Detailed-Reports/{key}"] = {"TaskExecutionId": run_id, name: items}
        for key, body in objects.items():
            if not self._place.put(self._prefix + key, json.dumps(body).encode()):
                self.fail(INVALID)
                return
        self.result = {"Status": "SUCCESS"}

    def fail(self, detail: str) -> None:
        """Ends it as ERROR."""
        self.result = {"Status": "ERROR", "ErrorCode": "TaskReportError", "ErrorDetail": detail}

    def _shows(self, name: str, *, failed: bool) -> bool:
        own = (self._config.get("Overrides") or {}).get(name) or {}
        level = own.get("ReportLevel") or self._config.get("ReportLevel") or "ERRORS_ONLY"
        return failed or level == "SUCCESSES_AND_ERRORS"

    def _summary(self, run_id: str, lists: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {"TaskExecutionId": run_id, "Counts": {name: len(x) for name, x in lists.items()}}


def _item(name: str, entry: Entry, why: str | None, *, enhanced: bool) -> dict[str, Any]:
    noun, now = _NOUNS[name], _time(CLOCK.now())
    item: dict[str, Any] = {f"{noun}Status": "SUCCESS" if why is None else "FAILED"}
    item[f"{noun}Timestamp"] = now
    if noun == "Transfer":
        item |= {"TransferType": "CONTENT_AND_METADATA", "Overwrite": "False"}
    size = entry.size
    if enhanced:
        meta = {"ETag": entry.etag.strip('"')}
        source = {"Type": "Object", "ContentSize": size, "SystemMetadata": meta}
        failure = {} if why is None else {"ErrorCode": "FileNotAtSource", "ErrorDetail": why}
        return {"RelativePath": entry.path, "SourceMetadata": source, **item, **failure}
    failure = {} if why is None else {"FailureReason": why, "FailureCode": 40_974}  # type: ignore[dict-item]  # a number
    source = {"Type": "Regular", "ContentSize": size, "Mode": "0644"}
    return {"RelativePath": f"/{entry.path}", "SrcMetadata": source, **item, **failure}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class RunFiles:
    """The manifest and the report of one run."""

    def __init__(
        self, run_arn: str, settings: Mapping[str, Any], partition: str, account_id: str
    ) -> None:
        """Refuses what ``check_configs`` does."""
        check_configs(settings, partition, run_arn)
        self._run_arn, self._home = run_arn, (partition, account_id)
        self._manifest, report = settings.get(_MANIFEST), settings.get(_REPORT)
        self._report = Report(report, *self._home) if report else None
        self.wanted: Wanted | None = None

    @property
    def report_result(self) -> dict[str, str] | None:
        return None if self._report is None else self._report.result

    def read(self) -> None:
        """Reads the manifest, if there is one. Raises Failure."""
        if self._manifest:
            self.wanted = read_manifest(self._manifest, *self._home)

    def finish(
        self, lists: Mapping[str, list[tuple[Entry, str | None]]] | None, *, enhanced: bool
    ) -> None:
        """Writes the report. ``lists``: None if the run ended before anything was listed."""
        if self._report is None:
            return
        if lists is None:
            self._report.fail(NOTHING)
        else:
            self._report.write(self._run_arn, lists, enhanced=enhanced)


class _Place:
    """A bucket as a role of the account sees it."""

    def __init__(self, bucket_arn: str, role: str, partition: str, account_id: str) -> None:
        self._bucket, self._role = bucket_arn.rpartition(":::")[2], role
        self._partition, self._account_id = partition, account_id
        found = s3_backends.bucket_accounts.get(self._bucket, (partition, account_id))
        self._owner = str(found[1])

    @property
    def _s3(self) -> S3Backend:
        return s3_backends[self._owner][self._partition]

    def may(self, action: str, key: str) -> bool:
        resource = f"arn:{self._partition}:s3:::{self._bucket}/{key}"
        if not role_allows(self._role, self._partition, f"s3:{action}", resource):
            return False
        if self._owner == self._account_id:
            return True
        policy = self._s3.get_bucket(self._bucket).policy
        return admits(policy, self._role, f"s3:{action}", resource)

    def find(self, key: str, version: str | None) -> FakeKey | None:
        try:
            found = self._s3.get_object(self._bucket, key, version_id=version)
        except MissingBucket:
            return None
        return found if isinstance(found, FakeKey) else None

    def put(self, key: str, body: bytes) -> bool:
        try:
            self._s3.get_bucket(self._bucket)
        except MissingBucket:
            return False
        if not self.may("PutObject", key):
            return False
        self._s3.put_object(self._bucket, key, body)
        return True
