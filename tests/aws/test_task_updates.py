"""What a new task is sent with, what UpdateTask is sent for a change, and what undoes it."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.client.service_models import datasync_model
from graph.aws.task_updates import restoring, settings_of, update_of
from graph.aws.tasks import task_of_answer
from graph.model.change import MoverChange, MoverSetting
from graph.model.task_settings import NO_SETTINGS, TaskSettings

ANSWER: dict[str, Any] = {
    "TaskArn": "t",
    "Name": "n",
    "Status": "AVAILABLE",
    "SourceLocationArn": "s",
    "DestinationLocationArn": "d",
    "Options": {"LogLevel": "OFF", "Mtime": "PRESERVE"},
}
PAUSED = {"ScheduleExpression": "rate(1 day)", "Status": "DISABLED"}
RULE = {"FilterType": "SIMPLE_PATTERN", "Value": "/a|/b"}


def sent(answer: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    return update_of(MoverChange(**change), task_of_answer(ANSWER | (answer or {})))


def test_only_what_changes_is_sent_and_options_are_complete() -> None:
    assert sent(tags=()) == {}
    assert sent(name="m") == {"Name": "m"}
    assert sent(options={"LogLevel": "BASIC"}) == {
        "Options": {"LogLevel": "BASIC", "Mtime": "PRESERVE"}
    }
    assert sent(includes=("/a", "/b")) == {"Includes": [RULE]}
    assert sent(log_group_arn="g") == {"CloudWatchLogGroupArn": "g"}
    assert sent(clear=frozenset(MoverSetting)) == {
        "Includes": [],
        "Excludes": [],
        "Schedule": {"ScheduleExpression": ""},
        "ManifestConfig": {},
        "TaskReportConfig": {},
    }


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (None, {"expression": "rate(1 hour)"}, ("rate(1 hour)", "ENABLED")),
        (None, {"expression": "rate(1 hour)", "enabled": False}, ("rate(1 hour)", "DISABLED")),
        (PAUSED, {"expression": "rate(1 hour)"}, ("rate(1 hour)", "DISABLED")),
        (PAUSED, {"enabled": True}, ("rate(1 day)", "ENABLED")),
        (PAUSED, {"expression": "rate(1 hour)", "enabled": True}, ("rate(1 hour)", "ENABLED")),
    ],
)
def test_a_schedule_is_sent_with_its_expression_and_stays_paused(
    before: dict[str, str] | None, change: dict[str, Any], after: tuple[str, str]
) -> None:
    expression, status = after
    assert sent({"Schedule": before}, **change) == {
        "Schedule": {"ScheduleExpression": expression, "Status": status}
    }


def test_an_update_is_undone_by_what_the_task_had() -> None:
    had = {
        "Name": "n",
        "Options": ANSWER["Options"],
        "Includes": [RULE],
        "Excludes": [],
        "Schedule": PAUSED,
        "CloudWatchLogGroupArn": "g",
        "ManifestConfig": {"Action": "TRANSFER"},
        "TaskReportConfig": {},
    }
    task = task_of_answer(ANSWER | had)
    assert restoring(dict.fromkeys(had), task) == had
    bare = restoring(dict.fromkeys(had), task_of_answer(ANSWER))
    assert bare == {
        "Name": "n",
        "Options": ANSWER["Options"],
        "Includes": [],
        "Excludes": [],
        "Schedule": {"ScheduleExpression": ""},
        "ManifestConfig": {},
        "TaskReportConfig": {},
    }
    assert datasync_model().shape_for("UpdateTaskRequest").members.keys() == had.keys() | {
        "TaskArn"
    }


def test_a_new_task_is_sent_the_options_of_the_original_and_what_differs() -> None:
    usual = settings_of(NO_SETTINGS)
    assert usual.keys() == {"Options"}
    assert usual["Options"]["VerifyMode"] == "ONLY_FILES_TRANSFERRED"
    given = settings_of(
        TaskSettings(
            mode="ENHANCED",
            options={"LogLevel": "BASIC", "VerifyMode": "NONE"},
            includes=("/a", "/b"),
            expression="rate(1 day)",
            enabled=False,
            log_group_arn="l",
        )
    )
    assert given == {
        "TaskMode": "ENHANCED",
        "Options": {**usual["Options"], "LogLevel": "BASIC", "VerifyMode": "NONE"},
        "Includes": [RULE],
        "Schedule": PAUSED,
        "CloudWatchLogGroupArn": "l",
    }
    assert settings_of(TaskSettings(expression="rate(1 day)"))["Schedule"]["Status"] == "ENABLED"
