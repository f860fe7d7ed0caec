"""What the process remembers of AWS, and what it forgets."""

from __future__ import annotations

import pytest

from graph.aws.client import memory
from graph.aws.client.memory import Bounded


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    kept: Bounded[str, int] = Bounded(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_what_is_put_again_is_new_and_fills_no_second_place() -> None:
    kept: Bounded[str, int] = Bounded(2)
    for value in range(5):
        kept.put("a", value)
    kept.put("b", 9)
    assert (kept.get("a"), kept.get("b"), len(kept)) == (4, 9, 2)
    kept.drop("a")
    kept.drop("a")
    assert (kept.get("a"), len(kept)) == (None, 1)


def test_what_is_too_old_is_forgotten_however_often_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Time:
        now = 100.0

        @classmethod
        def monotonic(cls) -> float:
            return cls.now

    monkeypatch.setattr(memory, "time", Time)
    kept: Bounded[str, bool] = Bounded(10, seconds=60)
    kept.put("a", value=False)
    Time.now += 59
    assert kept.get("a") is False
    Time.now += 2
    assert kept.get("a") is None
    assert len(kept) == 0
