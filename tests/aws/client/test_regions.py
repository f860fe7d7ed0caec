"""Which names are those of a region."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.aws.client.regions import partition_of
from graph.model.errors import Invalid


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eu-central-9", "aws"),
        ("us-nowhere-7", "aws"),
        ("moon-base-1", None),
        ("US-EAST-1", None),
        ("us-east-1 ", None),
        ("us-east", None),
        ("", None),
        ("*", None),
    ],
)
def test_a_name_like_those_of_a_partition_is_a_region(name: str, expected: str | None) -> None:
    assert partition_of(name) == expected


def test_a_profile_that_is_not_there_is_a_mistake_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "is-not-there")
    with pytest.raises(Invalid, match="is-not-there"):
        partition_of("us-east-1")


def test_a_configuration_file_that_cannot_be_parsed_is_one_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config"
    file.write_text("[default\nregion us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(Invalid, match="configuration is wrong"):
        partition_of("us-east-1")
