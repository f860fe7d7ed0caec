"""The expressions of schedules: ``rate(..)``, and ``cron(..)`` in the two dialects of DataSync.

An expression with six fields is EventBridge's, where Sunday is 1; one with five is Unix's, where
Sunday is 0 or 7. All times are in UTC. What is not certain is not computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import Any, Final

from aws_croniter import AwsCroniter
from cronsim import CronSim, CronSimError

from graph.concurrency import may_pause
from graph.model.words import ScheduleProblem

LONGEST: Final = 256
"""Characters of an expression, as in DataSync's model."""
_YEARS: Final = 40
"""How far ahead a matching time is searched: every day of the calendar comes again by then."""
HORIZON: Final = timedelta(days=365.25 * _YEARS)
_JULY: Final = 7
_LEAST: Final = {"minute": 60, "hour": 1, "day": 1}
"""The smallest number of each unit that makes an hour."""
_RATE: Final = re.compile(r"rate\(\s*([0-9]{1,9})\s+(minute|hour|day)s?\s*\)")
_CRON: Final = re.compile(r"cron\((.*)\)")
_UNSURE_WEEKDAY: Final = re.compile(r"L(-.*)?")
"""Forms of EventBridge's day of the week that aws-croniter accepts and reads as another."""
_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_DAYS: Final = "SUN MON TUE WED THU FRI SAT"
_NUMBERS: Final = {
    name: number for names in (_MONTHS, _DAYS) for number, name in enumerate(names.split(), 1)
}
"""Of months and days of the week, as EventBridge counts them."""
_RANGE: Final = re.compile(r"({0})-({0})".format("|".join(("[0-9]+", *_NUMBERS))))
_UNSURE: Final = re.compile(r"(^|,)[0-9A-Z]+/")
"""Forms of a Unix field about which implementations differ, such as ``5/10``."""
_LAST: Final = re.compile(r"L(?![A-Z])")
"""In a Unix field of days: an extension that DataSync does not document."""
_MONTH_ENDS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Times = Callable[[datetime], Iterator[datetime]]
"""The times after one, in order."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What is known of an expression."""

    rate: tuple[int, str] | None = None
    """The number, and its unit: minute, hour or day. DataSync counts from an unknown start."""
    fields: tuple[str, ...] = ()
    """Of a cron expression, whether it is understood or not."""
    times: Times | None = None
    """Of a cron expression that is understood."""
    too_often: bool = False
    """Whether two runs may be less than an hour apart, which DataSync refuses."""

    @property
    def understood(self) -> bool:
        return self.rate is not None or self.times is not None

    def next(self, after: datetime, count: int) -> list[datetime] | None:
        """Up to ``count`` times after another; none if it never matches again.

        None if they are not known: of a rate, and of what is not understood or runs too often.
        """
        if self.times is None or self.too_often:
            return None
        until = after + HORIZON
        found = takewhile(lambda time: time <= until, self.times(after))
        return list(islice(found, count))

    def problem(self, after: datetime) -> ScheduleProblem | None:
        """Why DataSync does not run it, as far as the expression shows."""
        if not self.understood:
            return ScheduleProblem.NOT_UNDERSTOOD
        if self.too_often:
            return ScheduleProblem.TOO_OFTEN
        return ScheduleProblem.NEVER_RUNS if self.next(after, 1) == [] else None


@lru_cache(maxsize=1024)
def parse(expression: str) -> Expression:
    """Any text; see ``Expression.understood``."""
    if len(expression) > LONGEST:
        return Expression()
    rate, cron = _RATE.fullmatch(expression.strip()), _CRON.fullmatch(expression.strip())
    if rate and int(rate[1]) > 0:
        return Expression((int(rate[1]), rate[2]), too_often=int(rate[1]) < _LEAST[rate[2]])
    fields = tuple(cron[1].upper().split()) if cron else ()
    reader = {5: _unix, 6: _event_bridge}.get(len(fields))
    return Expression(fields=fields) if reader is None else reader(fields)


def _event_bridge(fields: tuple[str, ...]) -> Expression:
    if _UNSURE_WEEKDAY.fullmatch(fields[4]) or any(map(_runs_backwards, fields)):
        return Expression(fields=fields)
    try:
        cron = AwsCroniter(" ".join(fields))
    except ValueError:  # also of a form that is valid, such as LW
        return Expression(fields=fields)
    often = len(set(cron.minutes)) > 1
    return Expression(None, fields, partial(_event_bridge_times, cron.cron, cron), often)


def _runs_backwards(field: str) -> bool:
    """Whether a range ends before it begins, of which DataSync does not say what it means."""
    return any(_place(first) > _place(last) for first, last in _RANGE.findall(field))


def _place(name: str) -> int:
    return int(name) if name.isdecimal() else _NUMBERS[name]


def _event_bridge_times(text: str, cron: Any, after: datetime) -> Iterator[datetime]:  # noqa: ANN401 - untyped
    """The library gives a search up after ten months without a matching day: it is resumed."""
    while True:
        found = cron.get_next(after, 1)[0]
        if found is None:
            half = 0 if after.month < _JULY else 1
            found = _next_half_year(text, after.year + half, (1 + half) % 2)
        if found is None:
            return
        yield found
        after = found


@lru_cache(maxsize=1024)
def _next_half_year(text: str, year: int, half: int) -> datetime | None:
    """The first time from a half-year on. Slow for what matches rarely or never, hence kept."""
    cron = AwsCroniter(text)
    for later in range(2 * year + half, 2 * (year + _YEARS)):
        first = datetime(later // 2, _JULY if later % 2 else 1, 1, tzinfo=UTC)
        months = range(first.month, first.month + 6)
        may_pause()
        if first.year in cron.years and not set(months).isdisjoint(cron.months):
            found: datetime | None = cron.get_next(first, 1, inclusive=True)[0]
            if found is not None:
                return found
    return None


def _unix(fields: tuple[str, ...]) -> Expression:
    minute, _, day, month, weekday = fields
    # With both days restricted, some implementations demand both, and others either.
    if "*" not in {day, weekday} or _LAST.search(day + weekday) or any(map(_UNSURE.search, fields)):
        return Expression(fields=fields)
    try:
        often = len(CronSim(f"{minute} 0 * * *", datetime(2000, 1, 1, tzinfo=UTC)).minutes) > 1
        months = CronSim(f"0 0 1 {month} *", datetime(2000, 1, 1, tzinfo=UTC)).months
        days = CronSim(f"0 0 {day} * *", datetime(2000, 1, 1, tzinfo=UTC)).days
        if min(days) > max(_MONTH_ENDS[each - 1] for each in months):
            return Expression(None, fields, lambda _: iter(()), often)
        text = " ".join(fields)
        CronSim(text, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        return Expression(fields=fields)
    return Expression(None, fields, lambda after: CronSim(text, after), often)
