"""Budgets: charged in advance, settled by what was used, restored as time passes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.concurrency import Budget, OverBudget


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def wait_of(budget: Budget, key: str, user: str | None, amount: float) -> float:
    with pytest.raises(OverBudget) as refused:
        budget.charge(key, user, amount)
    return refused.value.seconds


def test_what_was_charged_and_not_used_is_given_back() -> None:
    budget = Budget(100, 10, Time())
    bill = budget.charge("a", None, 80)
    assert bill.available == 20
    bill.settle(5)
    bill.settle(5)
    assert bill.available == 95


def test_who_is_over_budget_learns_when_there_is_enough_again() -> None:
    time = Time()
    budget = Budget(100, 10, time)
    budget.charge("a", None, 100)
    assert wait_of(budget, "a", None, 30) == 3
    budget.charge("b", None, 100)
    time.now = 3.0
    budget.charge("a", None, 30)


def test_what_was_used_beyond_the_charge_is_owed() -> None:
    time = Time()
    budget = Budget(100, 10, time)
    budget.charge("a", None, 50).settle(300)
    assert wait_of(budget, "a", None, 10) == 21
    time.now = 21.0
    budget.charge("a", None, 10)


def test_a_user_has_a_quarter_of_its_key_and_many_users_have_no_more_than_it() -> None:
    budget = Budget(100, 10, Time())
    budget.charge("portal", "ada", 25)
    assert wait_of(budget, "portal", "ada", 5) == 2
    for number in range(3):
        budget.charge("portal", f"invented-{number}", 25)
    assert wait_of(budget, "portal", "eve", 5) == 0.5
    budget.charge("other", "ada", 25)


def test_more_than_the_capacity_fits_into_an_empty_bucket() -> None:
    time = Time()
    budget = Budget(100, 10, time)
    budget.charge("a", None, 500)
    assert wait_of(budget, "a", None, 500) == 50
    time.now = 50.0
    budget.charge("a", None, 500)


def test_names_of_users_fill_no_memory() -> None:
    budget = Budget(math.inf, 10, Time())
    for number in range(20_000):
        budget.charge("portal", f"u{number}", 1)
    assert len(budget._users) == 10_000
    assert len(budget._keys) == 1


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 30), st.floats(0, 5)), max_size=50))
def test_no_more_is_used_than_capacity_and_time_allow(
    requests: list[tuple[float, float, float]],
) -> None:
    time = Time()
    budget, granted = Budget(100, 10, time), 0.0
    for charged, used, pause in requests:
        time.now += pause
        try:
            bill = budget.charge("a", None, charged)
        except OverBudget:
            continue
        bill.settle(min(used, charged))
        granted += min(used, charged)
    assert granted <= 100 + 10 * time.now + 1e-6
