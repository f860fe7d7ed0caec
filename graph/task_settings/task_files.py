"""Manifests and reports: which values and combinations DataSync accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from graph.model.ends import End
from graph.model.errors import Invalid, InvalidReason
from graph.model.task_files import MANIFEST, REPORT, ManifestSpec, ReportSpec

Path = tuple[str, ...]

_KEY: Final = re.compile(r"[a-zA-Z0-9_+./() \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000-]*")
_LONGEST: Final = 4_096
_LONGEST_VERSION: Final = 100
_OUTPUTS: Final = ("SUMMARY_ONLY", "STANDARD")
_LEVELS: Final = ("ERRORS_ONLY", "SUCCESSES_AND_ERRORS")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "output_type": _OUTPUTS,
    "report_level": _LEVELS,
    "object_version_ids": ("INCLUDE", "NONE"),
    "transferred": _LEVELS,
    "verified": _LEVELS,
    "deleted": _LEVELS,
    "skipped": _LEVELS,
}
_OF_LISTS: Final = ("transferred", "verified", "deleted", "skipped")


def check_manifest(spec: ManifestSpec | None, path: Path = (MANIFEST,)) -> None:
    """Raises Invalid for what no manifest can be. The bucket is not checked."""
    if spec is None:
        return
    if not spec.path or spec.path.startswith("/") or spec.path.endswith("/"):
        text = "The path of a manifest is the key of an object, such as lists/photos.csv."
        raise Invalid(text, path=(*path, "path"))
    _check_key(spec.path, (*path, "path"))
    version = spec.version_id
    if version is not None and not 1 <= len(version) <= _LONGEST_VERSION:
        text = f"The id of a version has 1 to {_LONGEST_VERSION} characters."
        raise Invalid(text, path=(*path, "versionId"))


def check_report(spec: ReportSpec | None, path: Path = (REPORT,)) -> None:
    """Raises Invalid for what no report can be. The bucket is not checked."""
    if spec is None:
        return
    if spec.subdirectory is not None:
        _check_key(spec.subdirectory, (*path, "subdirectory"))
    for name, words in _WORDS.items():
        value = getattr(spec, name)
        if value is not None and value not in words:
            where = (*path, *(("overrides",) if name in _OF_LISTS else ()), _camel(name))
            raise Invalid(f"'{value[:40]}' is not one of {', '.join(words)}.", path=where)
    if spec.output_type == "SUMMARY_ONLY":
        for name in ("report_level", *_OF_LISTS):
            if getattr(spec, name) is not None:
                where = (*path, *(("overrides",) if name in _OF_LISTS else ()), _camel(name))
                raise Invalid("A SUMMARY_ONLY report has no lists, and no levels.", path=where)


def check_with_manifest(
    options: Mapping[str, str | int], filters: Iterable[str], path: Path = (MANIFEST,)
) -> None:
    """Raises Invalid for what a task with a manifest cannot have. ``filters``: their names."""
    for name in filters:
        text = f"DataSync refuses a manifest together with {name}."
        raise Invalid(text, path=path, reason=InvalidReason.DUPLICATE)
    if options.get("PreserveDeletedFiles") == "REMOVE":
        text = "DataSync refuses a manifest with preserveDeletedFiles REMOVE."
        raise Invalid(text, path=path, reason=InvalidReason.DUPLICATE)


def check_report_place(
    options: Mapping[str, str | int], bucket_arn: str | None, destination: End, path: Path
) -> None:
    """Raises Invalid for reports in a bucket in which a run would delete them."""
    if bucket_arn is None or options.get("PreserveDeletedFiles") != "REMOVE":
        return
    if destination.bucket is not None and destination.bucket == bucket_arn.rpartition(":::")[2]:
        raise Invalid(
            "With preserveDeletedFiles REMOVE, reports cannot be written to the bucket of the "
            "destination. Use another bucket.",
            path=path,
        )


def _check_key(key: str, path: Path) -> None:
    if len(key) > _LONGEST or not _KEY.fullmatch(key):
        raise Invalid(
            f"'{key[:80]}' is not a path: use up to {_LONGEST} letters, digits, spaces and "
            "_ - + . / ( ).",
            path=path,
        )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
