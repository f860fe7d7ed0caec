"""Locations: what is never printed of them."""

from __future__ import annotations

import pytest

from graph.model.location import Location


@pytest.mark.parametrize(
    "described", [{"User": "planted"}, {"Nested": [{"Token": "planted"}]}, {"planted": None}]
)
def test_a_log_line_with_a_location_does_not_quote_aws_description(
    described: dict[str, object],
) -> None:
    location = Location(
        arn="arn:x", kind="SMB", uri="smb://host/", created_at=None, described=described
    )
    assert "planted" not in f"{location} {location!r}"
    assert "smb://host/" in repr(location)
