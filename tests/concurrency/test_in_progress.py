"""What is in progress is bounded for all and for each, and there is room for later callers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.concurrency import InProgress, NoRoom

Leave = Callable[[], None]


def fill(room: InProgress, key: str, user: str | None = None) -> list[Leave]:
    """Enters as often as the caller may."""
    entered: list[Leave] = []
    while True:
        try:
            entered.append(room.enter(key, user))
        except NoRoom:
            return entered


@given(st.integers(1, 300))
def test_one_caller_alone_may_have_half(most: int) -> None:
    assert len(fill(InProgress(most), "flood")) == (most + 1) // 2


@pytest.mark.parametrize("callers", range(1, 9))
def test_callers_that_take_all_they_may_leave_room_for_one_more(callers: int) -> None:
    room = InProgress(1_000)
    for number in range(callers):
        fill(room, f"flood-{number}")
    room.enter("honest", None)()


def test_callers_that_come_and_go_have_equal_parts_in_the_end() -> None:
    """A caller that has more than its share is not admitted until it has less."""
    room = InProgress(1_000)
    held = {key: fill(room, key) for key in ("early", "late", "last")}
    for _ in range(1_000):
        for key, entered in held.items():
            entered.pop(0)()
            entered.extend(fill(room, key))
    parts = [len(entered) for entered in held.values()]
    assert max(parts) - min(parts) <= 1
    assert min(parts) >= 1_000 // 4 - 1


def test_a_user_leaves_room_for_the_others_of_its_key_and_for_other_keys() -> None:
    room = InProgress(900)
    assert len(fill(room, "portal", "ada")) == 300
    assert fill(room, "portal", "bob")
    assert fill(room, "lab")


def test_users_that_a_key_makes_up_have_no_more_than_the_key() -> None:
    room = InProgress(100)
    entered = 0
    for number in range(1_000):
        entered += len(fill(room, "portal", f"user-{number}"))
    assert entered == 50
    assert fill(room, "lab")


def test_who_is_refused_learns_how_much_it_has() -> None:
    room = InProgress(10)
    fill(room, "lab")
    with pytest.raises(NoRoom) as error:
        room.enter("lab", None)
    assert error.value.held == 5


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "u", "v"]), st.booleans()))
)
def test_nothing_is_kept_of_what_has_ended(steps: list[tuple[str, str | None, bool]]) -> None:
    room = InProgress(5)
    entered: list[Leave] = []
    for key, user, enters in steps:
        if not enters:
            if entered:
                entered.pop()()
            continue
        try:
            entered.append(room.enter(key, user))
        except NoRoom:
            continue
    assert len(entered) <= 5
    for leave in entered:
        leave()
    assert room._free == 5
    assert not room._held
