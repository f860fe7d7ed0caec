"""Overrides of a run: what DataSync documents that it refuses is refused before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.aws.client.service_models import datasync_model
from graph.aws.tasks import task_of_answer
from graph.model.errors import Conflict, Invalid
from graph.model.overrides import RunOverrides
from graph.runs.overrides import check_for_task, check_overrides
from graph.task_settings.rules import LONGEST_FILTER, WORDS

OPTIONS: Any = datasync_model().shape_for("Options")
TASK = task_of_answer(
    {"TaskArn": "t", "Status": "AVAILABLE", "SourceLocationArn": "s", "DestinationLocationArn": "d"}
)


def refused(**given: Any) -> tuple[str, ...]:
    with pytest.raises(Invalid) as caught:
        check_overrides(RunOverrides(**given))
    return caught.value.path


def test_the_words_are_those_of_the_model() -> None:
    enums = {name: shape.metadata.get("enum") for name, shape in OPTIONS.members.items()}
    assert {name: set(words) for name, words in WORDS.items()} == {
        name: set(words) for name, words in enums.items() if words
    }
    assert OPTIONS.members.keys() - WORDS.keys() == {"BytesPerSecond"}
    assert datasync_model().shape_for("FilterValue").metadata["max"] == LONGEST_FILTER


@pytest.mark.parametrize("name", WORDS)
def test_each_option_takes_its_words_and_no_others(name: str) -> None:
    for word in WORDS[name]:
        check_overrides(RunOverrides(options={name: word}))
    path = ("overrides", "options", name[0].lower() + name[1:])
    for word in ("", "none", "OTHER", WORDS[name][0].lower()):
        assert refused(options={name: word}) == path


@pytest.mark.parametrize("limit", [0, -2])
def test_a_bandwidth_is_positive_or_none(limit: int) -> None:
    check_overrides(RunOverrides(options={"BytesPerSecond": -1}))
    path = ("overrides", "options", "bytesPerSecond")
    assert refused(options={"BytesPerSecond": limit}) == path


@pytest.mark.parametrize(
    ("name", "fine", "wrong"),
    [
        ("includes", ["/a", "/a/b*", "/", "/\u00e9 x"], ["", "a", "*.tmp", "/a*b", "/a|/b", "/\0"]),
        ("excludes", ["/a", "*.tmp", "/a*b", "*/x"], ["", "a*", "x.tmp", "/a|*", "*\0"]),
    ],
)
def test_a_pattern_has_the_form_of_its_filter(name: str, fine: list[str], wrong: list[str]) -> None:
    check_overrides(RunOverrides(**{name: tuple(fine)}))  # type: ignore[arg-type]
    for pattern in wrong:
        assert refused(**{name: (fine[0], pattern)}) == ("overrides", name, "1"), pattern


def test_a_filter_has_a_longest_text_with_its_bars() -> None:
    check_overrides(RunOverrides(includes=("/" * (LONGEST_FILTER - 2), "/")))
    assert refused(includes=("/" * (LONGEST_FILTER - 1), "/")) == ("overrides", "includes")


@pytest.mark.parametrize(
    ("mode", "own", "override", "member"),
    [
        ("BASIC", {}, {"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"}, "transferMode"),
        ("BASIC", {"PreserveDeletedFiles": "REMOVE"}, {"TransferMode": "ALL"}, "transferMode"),
        (
            "NEW",
            {"TransferMode": "ALL"},
            {"PreserveDeletedFiles": "REMOVE"},
            "preserveDeletedFiles",
        ),
        ("BASIC", {"Mtime": "PRESERVE"}, {"Atime": "NONE"}, "atime"),
        ("BASIC", {"Atime": "BEST_EFFORT"}, {"Mtime": "NONE"}, "mtime"),
        ("ENHANCED", {}, {"VerifyMode": "POINT_IN_TIME_CONSISTENT"}, "verifyMode"),
        ("ENHANCED", {}, {"Mtime": "NONE"}, "mtime"),
        ("BASIC", {}, {"VerifyMode": "POINT_IN_TIME_CONSISTENT"}, None),
        ("BASIC", {"Mtime": "PRESERVE"}, {"Atime": "NONE", "Mtime": "NONE"}, None),
        ("ENHANCED", {"Mtime": "PRESERVE"}, {"Atime": "NONE"}, None),
        ("BASIC", {"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"}, {"Uid": "NONE"}, None),
    ],
)
def test_options_are_checked_together_with_those_of_the_mover(
    mode: str, own: dict[str, str], override: dict[str, str], member: str | None
) -> None:
    task = replace(TASK, mode=mode, options=own)
    overrides = RunOverrides(options=override)
    if member is None:
        check_for_task(overrides, task)
        return
    with pytest.raises(Invalid, match="DataSync refuses") as caught:
        check_for_task(overrides, task)
    assert caught.value.path == ("overrides", "options", member)


@pytest.mark.parametrize("name", ["includes", "excludes"])
def test_a_mover_with_a_manifest_takes_no_filters(name: str) -> None:
    task = replace(TASK, described={"ManifestConfig": {"Action": "TRANSFER"}})
    overrides = RunOverrides(**{name: ("/a",)})  # type: ignore[arg-type]
    check_for_task(overrides, TASK)
    with pytest.raises(Conflict, match="manifest"):
        check_for_task(overrides, task)
    check_for_task(RunOverrides(options={"LogLevel": "OFF"}), task)
