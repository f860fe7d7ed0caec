"""What a server's process excludes from garbage collection."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from graph.server.garbage_collection import collect_rarely, tune_garbage_collection


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_loaded_is_excluded_and_what_comes_later_is_collected() -> None:
    early: list[object] = []
    tune_garbage_collection()
    assert gc.get_freeze_count() > 0
    later: list[object] = []
    later.append(later)
    assert not any(each is early for each in gc.get_objects())
    assert any(each is later for each in gc.get_objects())
    del later
    assert gc.collect() >= 1


def test_the_first_generation_is_collected_less_often_than_by_default() -> None:
    default = gc.get_threshold()[0]
    tune_garbage_collection()
    assert gc.get_threshold()[0] > default


def test_the_start_collects_rarely_until_all_is_loaded() -> None:
    collect_rarely()
    starting = gc.get_threshold()[0]
    tune_garbage_collection()
    assert gc.get_threshold()[0] < starting
