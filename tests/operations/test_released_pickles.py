"""Pickled inputs of the first release: only data is read, and no code runs."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from graph.operations import inputs, released_pickles
from graph.operations.inputs import (
    UnreadableInput,
    decode,
)
from tests.operations.test_inputs import released_rows


class Hostile:
    """Leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self._mark,))


def hostile(mark: Path) -> list[bytes]:
    honest = released_rows()["300000000000"]
    return [
        pickle.dumps((Hostile(mark),)),
        pickle.dumps(Hostile(mark), protocol=2),
        b"\x80\x02cbuiltins\neval\n(X\x04\x00\x00\x001+11tR.",
        # Name an admitted class, and reach for something else.
        honest.replace(b"\x8c\x08NewMover", b"\x8c\x11NewMover.__init__"),
        honest.replace(b"\x8c\x11graph.model.mover", b"\x8c\x11graph.model.names"),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_hostile_pickle_runs_nothing(tmp_path: Path, number: int) -> None:
    mark = tmp_path / "was-run"
    with pytest.raises(UnreadableInput):
        decode(hostile(mark)[number])
    assert not mark.exists()


def test_only_known_classes_are_admitted() -> None:
    assert {name for _, name in released_pickles._CLASSES} == {
        "NewMover",
        "S3Spec",
        "EfsSpec",
        "Tag",
    }
    assert max(inputs._READERS) == inputs._VERSION


def test_the_hostile_pickle_does_run_where_it_is_simply_loaded(tmp_path: Path) -> None:
    """Or the tests above would prove nothing."""
    mark = tmp_path / "was-run"
    pickle.loads(hostile(mark)[0])  # noqa: S301
    assert mark.exists()
