"""Settings of regions: one, or several of which the first is the default."""

from __future__ import annotations

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import load


@pytest.mark.parametrize(
    ("given", "served"),
    [
        ({}, ("us-east-1",)),
        ({"REGION": "eu-west-1"}, ("eu-west-1",)),
        ({"REGIONS": "eu-west-1"}, ("eu-west-1",)),
        ({"REGIONS": " eu-west-1 , us-east-1,"}, ("eu-west-1", "us-east-1")),
        ({"REGION": "eu-west-1", "REGIONS": ""}, ("eu-west-1",)),
        ({"REGION": "eu-west-1", "REGIONS": "eu-west-1,us-east-1"}, ("eu-west-1", "us-east-1")),
    ],
)
def test_one_region_or_several(
    environment: pytest.MonkeyPatch, given: dict[str, str], served: tuple[str, ...]
) -> None:
    for name, value in given.items():
        environment.setenv(f"DATASYNC_API_{name}", value)
    assert load().served_regions == served


def test_a_region_is_named_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATASYNC_API_REGIONS", "eu-west-1,us-east-1,eu-west-1")
    with pytest.raises(SettingsError, match="DATASYNC_API_REGIONS is wrong: 'eu-west-1' is named"):
        load()


def test_both_settings_have_to_agree(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATASYNC_API_REGION", "us-east-1")
    environment.setenv("DATASYNC_API_REGIONS", "eu-west-1,us-east-1")
    with pytest.raises(SettingsError, match="begins with eu-west-1, but DATASYNC_API_REGION is"):
        load()
