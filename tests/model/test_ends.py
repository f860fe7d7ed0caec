"""The ends of a task: which of them keep objects."""

from __future__ import annotations

import pytest

from graph.model.ends import End


@pytest.mark.parametrize("kind", ["S3", "OBJECT_STORAGE", "AZURE_BLOB"])
def test_object_stores_are_told_from_file_systems(kind: str) -> None:
    assert End(kind=kind).is_object_store
    assert not End(kind="EFS").is_object_store
