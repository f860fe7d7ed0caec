"""What is stored of the refusals of one key is bounded, and the others lose nothing by it."""

from __future__ import annotations

from graph.history.refusals import RefusalLimit


def test_a_burst_is_stored_and_then_one_at_a_time() -> None:
    now = 1_000.0
    limit = RefusalLimit(lambda: now, burst=3, seconds=10)
    assert [limit.admits("a") for _ in range(5)] == [True, True, True, False, False]
    assert limit.admits("b")
    now += 10
    assert [limit.admits("a") for _ in range(2)] == [True, False]
    now += 3_600
    assert [limit.admits("a") for _ in range(4)] == [True, True, True, False]


def test_a_flood_of_a_day_stores_a_bounded_number() -> None:
    now = 0.0
    limit = RefusalLimit(lambda: now)
    stored = 0
    for second in range(86_400):
        now = float(second)
        stored += limit.admits("a")
    assert stored <= 1_000 + 2_880


def test_of_many_subjects_only_those_with_rejections_that_count_are_remembered() -> None:
    now = 0.0
    limit = RefusalLimit(lambda: now, burst=1, seconds=10)
    for subject in range(10_000):
        now += 1
        assert limit.admits(str(subject))
    assert len(limit._empty_at) == 10_000
    assert limit.admits("another")
    assert not limit.admits("9999")
    assert len(limit._empty_at) < 20
