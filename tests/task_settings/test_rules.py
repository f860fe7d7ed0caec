"""Rules of single settings; those of options and filters are tested through overrides."""

from __future__ import annotations

import pytest

from graph.model.errors import Invalid
from graph.task_settings.rules import check_log_group, check_schedule


@pytest.mark.parametrize(
    "expression",
    ["rate(1 hour)", "cron(0 12 ? * SUN *)", "cron(0 8 * * 3#1)", "cron(0 0 LW * ? *)"],
)
def test_a_schedule_is_accepted_also_if_its_times_are_not_certain(expression: str) -> None:
    check_schedule(expression, ("expression",))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "no schedule"),
        ("daily", "no schedule"),
        ("at(2027-01-01T00:00:00)", "no schedule"),
        ("cron(0 12 * *)", "no schedule"),
        ("rate(0 hours)", "no schedule"),
        ("cron(\u0660 3 * * ? *)", "no schedule"),
        ("cron(0 3 \u2003* * ? *)", "no schedule"),
        ("cron(0 3 * * ? *;)", "no schedule"),
        (f"cron(0 12 * * {'1,' * 200}1)", "no schedule"),
        ("rate(59 minutes)", "TOO_OFTEN"),
        ("cron(0/30 * * * ? *)", "TOO_OFTEN"),
    ],
)
def test_what_is_no_schedule_or_too_often_is_pointed_at(expression: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        check_schedule(expression, ("schedule", "expression"))
    assert caught.value.path == ("schedule", "expression")


NAMELESS = [
    f"arn:aws:logs:us-east-1:222222222222:log-group:{name}"
    for name in ("", ":*", "a b", "\u00e4", "x" * 513, "a:b", "a:*:*")
]


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:s3:::b", "arn:aws:logs:r:1:query:x", *NAMELESS])
def test_another_arn_is_no_log_group(arn: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_log_group(arn, None, ("logGroupArn",))
    assert caught.value.path == ("logGroupArn",)
