"""Expressions in English."""

from __future__ import annotations

import pytest

from graph.task_settings.reading import summary


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("rate(1 hour)", "Every hour"),
        ("rate(3 days)", "Every 3 days"),
        ("cron(0 12 ? * SUN,WED *)", "At 12:00 on Sunday and Wednesday (UTC)"),
        ("cron(0 12 ? * 1,4 *)", "At 12:00 on Sunday and Wednesday (UTC)"),
        ("cron(0 12 * * 0,3)", "At 12:00 on Sunday and Wednesday (UTC)"),
        ("cron(0 8 ? * 4#1 *)", "At 08:00 on the first Wednesday of the month (UTC)"),
        ("cron(0 8 ? * WED#1 *)", "At 08:00 on the first Wednesday of the month (UTC)"),
        ("cron(0 8 * * 3#1)", "At 08:00 on the first Wednesday of the month (UTC)"),
        ("cron(0 8 ? * 6L *)", "At 08:00 on the last Friday of the month (UTC)"),
        ("cron(0 8 ? * friL *)", "At 08:00 on the last Friday of the month (UTC)"),
        ("cron(0 8 L * ? *)", "At 08:00 on the last day of every month (UTC)"),
        (
            "cron(15 10 ? * MON-FRI 2060,2061)",
            "At 10:15 on Monday through Friday in 2060, 2061 (UTC)",
        ),
        ("cron(15 10 ? * 2-6 2060-2062)", "At 10:15 on Monday through Friday in 2060-2062 (UTC)"),
        ("cron(0 0 31 * ? *)", "At 00:00 on the 31st day of every month (UTC)"),
        (
            "cron(0 0 11,12,13,21 * ? *)",
            "At 00:00 on the 11th, the 12th, the 13th, and the 21st day of month (UTC)",
        ),
        ("cron(0 0 22,23 * *)", "At 00:00 on the 22nd and the 23rd day of month (UTC)"),
        ("cron(0 */21 * * *)", "At minute 0 past every 21st hour (UTC)"),
        ("cron(0 0 3W * ? *)", None),
        ("cron(0 0 1 1 ? 2060/2000)", None),
        ("cron(0 0 LW * ? *)", None),
        ("nonsense", None),
    ],
)
def test_an_expression_is_put_into_words_where_there_are_some(
    expression: str, text: str | None
) -> None:
    assert summary(expression) == text
