"""Expressions against a search of every minute that could match; never a wrong time."""

from __future__ import annotations

import calendar
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from graph.model.words import ScheduleProblem
from graph.task_settings.expressions import LONGEST, Expression, parse

NOW = datetime(2026, 11, 30, 1, 10, tzinfo=UTC)
COUNT = int(os.environ.get("DATASYNC_API_SCHEDULE_EXAMPLES", "400"))
DAYS = 800
"""How far the search goes."""
NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = tuple(name.upper() for name in calendar.month_abbr[1:])
Numbers = tuple[str, set[int]]
OnDay = tuple[str, Callable[[date], bool]]


def values(random: Random, low: int, high: int, names: tuple[str, ...] = ()) -> Numbers:
    """A field, and the numbers that match. ``names`` are those of the numbers from ``low`` on."""

    def text(number: int) -> str:
        return names[number - low] if names and random.random() < 0.5 else str(number)

    first, last = sorted(random.sample(range(low, high + 1), 2))
    step = random.randint(2, 5)
    each, some = set(range(low, high + 1)), set(range(first, last + 1))
    return random.choice(
        [
            ("*", each),
            (text(first), {first}),
            (f"{text(first)},{text(last)}", {first, last}),
            (f"{text(first)}-{text(last)}", some),
            (f"*/{step}", set(range(low, high + 1, step))),
            (f"{first}-{last}/{step}", set(range(first, last + 1, step))),
        ]
    )


def last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def sunday_first(day: date) -> int:
    return (day.weekday() + 1) % 7


def nearest_weekday(day: date, wanted: int) -> bool:
    """Whether it is the weekday of its month that is nearest to a day of the month."""
    if wanted > last_day(day):
        return False
    weekdays = [
        number
        for number in range(1, last_day(day) + 1)
        if day.replace(day=number).weekday() < calendar.SATURDAY
    ]
    return day.day == min(weekdays, key=lambda number: abs(number - wanted))


def special_days(random: Random, base: int) -> tuple[str, str, Callable[[date], bool]]:
    """Fields of day and weekday; ``base`` is the number of Sunday."""
    weekday, which, back = random.randrange(7), random.randint(1, 5), random.randint(1, 28)
    shown = random.choice([str(weekday + base), NAMES[weekday]])
    nth = (
        "*" if base == 0 else "?",
        f"{shown}#{which}",
        lambda day: sunday_first(day) == weekday and (day.day + 6) // 7 == which,
    )
    if base == 0:
        return nth
    return random.choice(
        [
            nth,
            ("L", "?", lambda day: day.day == last_day(day)),
            (f"L-{back}", "?", lambda day: day.day == last_day(day) - back),
            (f"{back}W", "?", lambda day: nearest_weekday(day, back)),
            ("31W", "?", lambda day: nearest_weekday(day, 31)),
            (
                "?",
                f"{shown}L",
                lambda day: sunday_first(day) == weekday and day.day + 7 > last_day(day),
            ),
            ("LW", "?", lambda _: False),
        ]
    )


def days_of(random: Random, base: int) -> tuple[str, str, Callable[[date], bool]]:
    wild = "*" if base == 0 else "?"
    if random.random() < 0.4:
        return special_days(random, base)
    if random.random() < 0.5:
        text, numbers = values(random, 1, 31)
        return (text, wild, lambda day: day.day in numbers)
    text, numbers = values(random, base, base + 6, NAMES)
    if "/" in text and base == 1:  # EventBridge documents no steps of weekdays
        return ("*", "?", lambda _: True)
    return (wild, text, lambda day: sunday_first(day) + base in numbers)


def made(random: Random) -> tuple[str, Iterator[datetime]]:
    """An expression of either dialect, and the times after ``NOW`` that match it."""
    base = random.randrange(2)
    minute, (hours_text, hours) = random.randrange(60), values(random, 0, 23)
    day, weekday, matches = days_of(random, base)
    months_text, months = values(random, 1, 12, MONTHS)
    year, years = random.choice([("*", None), ("2027", {2027}), ("2026-2027", {2026, 2027})])
    fields = [str(minute), hours_text, day, months_text, weekday, *([year] if base else [])]

    def times() -> Iterator[datetime]:
        for number in range(DAYS):
            on = NOW.date() + timedelta(days=number)
            if on.month in months and matches(on) and (not base or not years or on.year in years):
                for hour in sorted(hours):
                    at = datetime.combine(on, time(hour, minute), tzinfo=UTC)
                    if at > NOW:
                        yield at

    return f"cron({' '.join(fields)})", times()


@pytest.mark.parametrize("seed", range(4))
def test_computed_times_are_those_that_match(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - repeatable, not secret
    unknown = 0
    for _ in range(COUNT // 4):
        expression, times = made(random)
        computed = parse(expression).next(NOW, 3)
        if computed is None:
            unknown += 1
            assert "LW" in expression, expression
            continue
        until = NOW + timedelta(days=DAYS - 1)
        expected = [at for at, _ in zip(times, range(3), strict=False) if at < until]
        assert [at for at in computed if at < until] == expected, expression
    assert unknown < COUNT // 20


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("rate(1 hour)", None),
        ("rate(60 minutes)", None),
        ("rate(59 minutes)", ScheduleProblem.TOO_OFTEN),
        ("rate(0 hours)", ScheduleProblem.NOT_UNDERSTOOD),
        ("rate(1 week)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 12 ? * SUN,WED *)", None),
        ("cron(0,30 12 ? * SUN *)", ScheduleProblem.TOO_OFTEN),
        ("cron(*/30 12 * * *)", ScheduleProblem.TOO_OFTEN),
        ("cron(5-6 12 * * *)", ScheduleProblem.TOO_OFTEN),
        ("cron(0 0 30 2 ? *)", ScheduleProblem.NEVER_RUNS),
        ("cron(0 0 31 4,6 *)", ScheduleProblem.NEVER_RUNS),
        ("cron(0 0 1 1 ? 2020)", ScheduleProblem.NEVER_RUNS),
        ("cron(0 0 1 1 ? 2100)", ScheduleProblem.NEVER_RUNS),
        ("cron(0 0 29 2 ? *)", None),
        ("cron(0 0 ? 2 2#5 *)", None),
        ("cron(0 0 * 2 1#5)", None),
        ("cron(0 0 LW * ? *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 ? * L *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 ? * L-3 *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 1 * MON)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 */2 * MON)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 5/10 * *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 L * *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 * * 5L)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 ? * *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 0 1 * 2 *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 24 * * ? *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 12 * *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 12 * * ? * *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 3 3-1 * ? *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 22-2 * * ? *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 3 ? nov-FEB MON *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 3 ? * FRI-2 *)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 3 * * ? 2030-2028)", ScheduleProblem.NOT_UNDERSTOOD),
        ("cron(0 3 1,5-5 jan-DEC ? 2028-2030)", None),
        ("", ScheduleProblem.NOT_UNDERSTOOD),
        (f"cron({'0,' * LONGEST} 0 * * ? *)", ScheduleProblem.NOT_UNDERSTOOD),
    ],
)
def test_what_does_not_run_is_told_with_its_reason(
    expression: str, problem: ScheduleProblem | None
) -> None:
    assert parse(expression).problem(NOW) == problem


def test_rare_times_are_found_and_july_is_not_the_last_day() -> None:
    assert parse("cron(0 0 ? 2 2#5 *)").next(NOW, 2) == [datetime(2044, 2, 29, tzinfo=UTC)]
    assert parse("cron(0 0 * 2 MON#5)").next(NOW, 2) == [datetime(2044, 2, 29, tzinfo=UTC)]
    assert parse("cron(0 0 1 JUL *)").next(NOW, 1) == [datetime(2027, 7, 1, tzinfo=UTC)]
    assert parse("cron(5 4 29 2 ? *)").next(NOW, 10) == [
        datetime(year, 2, 29, 4, 5, tzinfo=UTC) for year in range(2028, 2066, 4)
    ]


def test_times_of_a_rate_are_unknown() -> None:
    assert parse("rate(1 day)").next(NOW, 1) is None
    assert parse("rate(2 hours)") == Expression((2, "hour"))


@pytest.mark.parametrize("seed", range(2))
def test_no_text_is_an_error(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - repeatable, not secret
    alphabet = "0123456789 *,-/?LW#SUNMONJAN٣"
    for _ in range(COUNT):
        text = "".join(random.choices(alphabet, k=random.randint(1, 25)))
        for expression in (f"cron({text})", f"rate({text})", f"cron(0 0 {text})"):
            parse(expression).next(NOW, 1)
