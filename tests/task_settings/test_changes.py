"""The version of a mover, which tells changes apart; rules are tested through updates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.aws.tasks import task_of_answer
from graph.model.change import MoverChange, MoverSetting
from graph.model.errors import Conflict, Invalid
from graph.model.mover import OPERATION_TAG, Tag
from graph.task_settings.changes import (
    check_change,
    check_change_of,
    require_unchanged,
    version_of,
)

ANSWER: dict[str, Any] = {
    "TaskArn": "t",
    "Name": "n",
    "Status": "AVAILABLE",
    "SourceLocationArn": "s",
    "DestinationLocationArn": "d",
    "Options": {"LogLevel": "OFF", "BytesPerSecond": -1},
}
TASK = task_of_answer(ANSWER)
TAGS = (Tag("a", "1"), Tag("b", "2"))
CHANGED: list[dict[str, Any]] = [
    {"Name": "m"},
    {"Options": {"LogLevel": "OFF", "BytesPerSecond": 1}},
    {"Includes": [{"FilterType": "SIMPLE_PATTERN", "Value": "/a"}]},
    {"Excludes": [{"FilterType": "SIMPLE_PATTERN", "Value": "/a"}]},
    {"Schedule": {"ScheduleExpression": "rate(1 day)", "Status": "ENABLED"}},
    {"Schedule": {"ScheduleExpression": "rate(1 day)", "Status": "DISABLED"}},
    {"CloudWatchLogGroupArn": "g"},
    {"ManifestConfig": {"Action": "TRANSFER"}},
    {"TaskReportConfig": {"OutputType": "STANDARD"}},
]


def test_each_thing_that_can_be_changed_gives_another_version() -> None:
    versions = [version_of(TASK, TAGS), version_of(TASK, TAGS[:1]), version_of(TASK, ())]
    versions += [version_of(task_of_answer(ANSWER | change), TAGS) for change in CHANGED]
    assert len(set(versions)) == len(versions)


def test_what_no_update_changes_is_no_part_of_the_version() -> None:
    mark = Tag(OPERATION_TAG, "x")
    running = replace(TASK, status="RUNNING", latest_run_arn="r")
    assert version_of(running, (*TAGS[::-1], mark)) == version_of(TASK, TAGS)


def test_a_change_of_what_was_seen_is_let_through_and_no_other() -> None:
    seen = version_of(TASK, TAGS)
    require_unchanged(MoverChange(name="x"), TASK, ())
    require_unchanged(MoverChange(name="x", if_unchanged_since=seen), TASK, TAGS)
    with pytest.raises(Conflict):
        require_unchanged(MoverChange(name="x", if_unchanged_since=seen), TASK, ())


@pytest.mark.parametrize("setting", MoverSetting)
def test_what_can_be_cleared_is_a_change_and_cannot_be_set_as_well(setting: MoverSetting) -> None:
    check_change(MoverChange(clear=frozenset((setting,))))
    given: dict[MoverSetting, dict[str, Any]] = {
        MoverSetting.TAGS: {"tags": ()},
        MoverSetting.INCLUDES: {"includes": ("/a",)},
        MoverSetting.EXCLUDES: {"excludes": ("/a",)},
        MoverSetting.SCHEDULE: {"enabled": False},
    }
    if setting in given:
        check_change(MoverChange(**given[setting]))
        with pytest.raises(Invalid) as caught:
            check_change(MoverChange(clear=frozenset((setting,)), **given[setting]))
        assert caught.value.path == ("clear",)


def test_an_enhanced_mover_has_one_log_group() -> None:
    enhanced = replace(TASK, mode="ENHANCED")
    home = "arn:aws:logs:us-east-1:222222222222:log-group:"
    check_change_of(MoverChange(log_group_arn=f"{home}/aws/datasync:*"), enhanced)
    check_change_of(MoverChange(log_group_arn=f"{home}/other"), TASK)
    with pytest.raises(Invalid) as caught:
        check_change_of(MoverChange(log_group_arn=f"{home}/other"), enhanced)
    assert caught.value.path == ("logGroupArn",)
