"""The second mover of the demo notices a filter that does not hold."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from graph.sandbox.client import DemoError
from graph.sandbox.sample_data import LAB
from graph.sandbox.scans import _compare


def test_unfinished_files_and_missing_scans_end_the_demo(aws: Sandbox) -> None:
    aws.bucket(LAB, "lab-photos", {"scans/a.tif": b"1", "photos/x": b"1"})
    files = {"a.tif": "1", "a.tmp": "1"}
    _compare(aws, files)
    for key in ("scans/a.tmp", "scans/b.tif"):
        aws.put(LAB, "lab-photos", key, b"1")
        with pytest.raises(DemoError, match="the filter let"):
            _compare(aws, files)
