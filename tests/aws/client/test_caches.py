"""What a process caches: bounded, and dropped when it changes something itself."""

from __future__ import annotations

import pytest

from graph.aws.client.caches import Caches
from graph.model.mover import Account, Mover
from tests.world import LAB, OTHER

HOME = "us-east-1"


def movers(count: int) -> list[Mover]:
    one = Mover(
        account=Account(LAB, HOME),
        task_arn="arn:x",
        name="one",
        status="AVAILABLE",
        mode="BASIC",
        tags=(),
    )
    return [one] * count


def test_every_change_is_counted_for_its_account_and_region() -> None:
    caches = Caches()
    for expected in range(1, 4):
        caches.note_change(LAB, HOME)
        assert caches.changes[LAB, HOME] == expected
        assert not {(OTHER, HOME), (LAB, "eu-west-1")} & caches.changes.keys()


@pytest.mark.parametrize("size", [0, 1, 400])
def test_lists_of_movers_count_by_their_movers(size: int) -> None:
    caches = Caches()
    limit = int(caches.mover_lists.maxsize)
    for number in range(3 * limit // (size + 1) if size else 10):
        caches.mover_lists[f"{number:012}", HOME, None, 0] = movers(size)
    kept = sum(1 + len(found) for found in caches.mover_lists.values())
    assert kept == caches.mover_lists.currsize <= limit


def test_what_was_not_used_for_longest_goes_first() -> None:
    caches = Caches()
    limit = int(caches.ended_runs.maxsize)
    for number in range(limit):
        caches.changes[str(number), HOME] = number
    assert caches.changes.get(("0", HOME)) == 0
    caches.changes["new", HOME] = 1
    assert ("0", HOME) in caches.changes
    assert ("1", HOME) not in caches.changes
    assert len(caches.changes) == limit
