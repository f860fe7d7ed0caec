"""The settings of a new mover, and the mode that is chosen for it."""

from __future__ import annotations

from typing import Any

import pytest

from graph.model.ends import End
from graph.model.errors import Invalid
from graph.model.task_settings import NO_SETTINGS, TaskSettings
from graph.task_settings.creation import check_settings, with_mode

S3 = End(kind="S3")
NFS = End(kind="NFS")
AGENTLESS = End(kind="AZURE_BLOB", is_agentless=True)
LOGS = "arn:aws:logs:us-east-1:222222222222:log-group:"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"options": {"VerifyMode": "SOME"}}, ("options", "verifyMode")),
        ({"options": {"BytesPerSecond": 0}}, ("options", "bytesPerSecond")),
        ({"includes": ("a",)}, ("includes", "0")),
        ({"excludes": ("/a", "b")}, ("excludes", "1")),
        ({"expression": "daily"}, ("schedule", "expression")),
        ({"expression": "rate(5 minutes)"}, ("schedule", "expression")),
        ({"enabled": True}, ("schedule", "enabled")),
        ({"log_group_arn": "arn:aws:s3:::b"}, ("logGroupArn",)),
    ],
)
def test_what_no_mover_allows_is_refused(given: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        check_settings(TaskSettings(**given))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("given", "ends", "path"),
    [
        ({"options": {"Mtime": "NONE"}}, (NFS, S3), ("options", "mtime")),
        (
            {"mode": "ENHANCED", "options": {"VerifyMode": "POINT_IN_TIME_CONSISTENT"}},
            (S3, S3),
            ("options", "verifyMode"),
        ),
        (
            {"options": {"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"}},
            (S3, S3),
            ("options", "transferMode"),
        ),
        ({"options": {"Uid": "INT_VALUE"}}, (S3, S3), ("options", "uid")),
        ({"mode": "ENHANCED", "log_group_arn": f"{LOGS}/x:*"}, (S3, S3), ("logGroupArn",)),
        ({"mode": "BASIC"}, (AGENTLESS, S3), ("mode",)),
        # with the mode that these ends need
        ({"options": {"Mtime": "NONE"}}, (AGENTLESS, S3), ("options", "mtime")),
        ({"mode": "AUTO", "log_group_arn": f"{LOGS}/x"}, (AGENTLESS, S3), ("logGroupArn",)),
    ],
)
def test_what_contradicts_the_ends_or_the_mode_is_refused(
    given: dict[str, Any], ends: tuple[End, End], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as caught:
        with_mode(TaskSettings(**given), ends)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("mode", "ends", "chosen"),
    [
        (None, (S3, S3), None),
        (None, (AGENTLESS, S3), "ENHANCED"),
        ("BASIC", (S3, S3), "BASIC"),
        ("ENHANCED", (NFS, S3), "ENHANCED"),
        ("AUTO", (S3, S3), "ENHANCED"),
        ("AUTO", (AGENTLESS, S3), "ENHANCED"),
        ("AUTO", (NFS, S3), "BASIC"),
    ],
)
def test_a_mode_is_chosen(mode: str | None, ends: tuple[End, End], chosen: str | None) -> None:
    assert with_mode(TaskSettings(mode=mode), ends).mode == chosen


def test_auto_heeds_the_other_settings() -> None:
    for given in (
        {"options": {"VerifyMode": "POINT_IN_TIME_CONSISTENT"}},
        {"options": {"Mtime": "NONE", "Atime": "NONE"}},
        {"log_group_arn": f"{LOGS}/x"},
    ):
        settings = TaskSettings(mode="AUTO", **given)
        assert with_mode(settings, (S3, S3)).mode == "BASIC"


def test_a_mover_without_settings_is_created_as_ever() -> None:
    check_settings(NO_SETTINGS)
    assert with_mode(NO_SETTINGS, (S3, NFS)) is NO_SETTINGS
