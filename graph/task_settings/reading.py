"""What an expression of a schedule means, in English."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from cronsim import CronSim, CronSimError

from graph.task_settings.expressions import parse

_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WEEKDAY: Final = re.compile(r"(?<!#)\b([1-7])(?=\b|L)|SUN|MON|TUE|WED|THU|FRI|SAT")
"""A day in a field of EventBridge, but not the number of a week after ``#``."""
_ORDINAL: Final = re.compile(r"\b([02-9]?[1-3])th\b")
"""Numbers whose ending the library gets wrong: 21 to 23, 31 and so on, but not 11 to 13."""
_ENDINGS: Final = {"1": "st", "2": "nd", "3": "rd"}
_YEARS: Final = re.compile(r"[0-9]{4}([-,][0-9]{4})*")


@lru_cache(maxsize=1024)
def summary(expression: str) -> str | None:
    """Such as "At 03:00 on Monday (UTC)"; None for what is not understood or has no words."""
    found = parse(expression)
    if found.rate is not None:
        number, unit = found.rate
        return f"Every {unit}" if number == 1 else f"Every {number} {unit}s"
    if found.times is None:
        return None
    years: str | None = ""
    fields = found.fields
    if len(fields) == 6:  # noqa: PLR2004 - EventBridge's
        fields, years = _as_unix(fields), _of_years(fields[5])
    try:
        text = CronSim(" ".join(fields), datetime(2000, 1, 1, tzinfo=UTC)).explain()
    except CronSimError:
        return None
    text = _ORDINAL.sub(lambda found: found[1] + _ENDINGS[found[1][-1]], text)
    return None if years is None else f"{text}{years} (UTC)"


def _as_unix(fields: tuple[str, ...]) -> tuple[str, ...]:
    """The first five fields of EventBridge's dialect, with its days of the week renumbered."""
    minute, hour, day, month, weekday, _ = fields
    weekday = _WEEKDAY.sub(_number, weekday)
    return (minute, hour, day.replace("?", "*"), month, weekday.replace("?", "*"))


def _number(found: re.Match[str]) -> str:
    return str(int(found[1]) - 1 if found[1] else _DAYS.index(found[0]))


def _of_years(field: str) -> str | None:
    if field == "*":
        return ""
    return f" in {field.replace(',', ', ')}" if _YEARS.fullmatch(field) else None
