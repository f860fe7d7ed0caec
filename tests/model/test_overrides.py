"""Overrides of a run: by what idempotency keys tell them apart."""

from __future__ import annotations

from dataclasses import replace

from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.model.task_files import ManifestSpec, ReportSpec


def test_equal_overrides_have_equal_fingerprints_and_others_do_not() -> None:
    one = RunOverrides(options={"LogLevel": "OFF", "Uid": "NONE"}, includes=("/a",))
    same = RunOverrides(options={"Uid": "NONE", "LogLevel": "OFF"}, includes=("/a",))
    others = [
        NO_OVERRIDES,
        RunOverrides(options={"LogLevel": "OFF"}, includes=("/a",)),
        RunOverrides(options=one.options, excludes=("/a",)),
        RunOverrides(options=one.options, includes=("/a", "/b")),
        replace(one, manifest=ManifestSpec(bucket_arn="b", path="a")),
        replace(one, manifest=ManifestSpec(bucket_arn="b", path="c")),
        replace(one, report=ReportSpec(bucket_arn="b")),
    ]
    assert one.fingerprint == same.fingerprint
    assert len({each.fingerprint for each in (one, *others)}) == 1 + len(others)
    assert NO_OVERRIDES.fingerprint == RunOverrides().fingerprint == ""
