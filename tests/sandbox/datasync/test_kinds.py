"""The kinds of locations, and the URI of each."""

from __future__ import annotations

from graph.sandbox import Sandbox
from graph.sandbox.datasync.kinds import KINDS
from tests.sandbox.lab import LAB, LOCATIONS, client, make_location


def test_every_kind_of_location_is_created_described_and_listed(lab: Sandbox) -> None:
    datasync = client("datasync")
    made = {"S3": make_location(datasync, "from")}
    for kind, params in LOCATIONS.items():
        create = getattr(datasync, f"create_location_{KINDS[kind].action}")
        made[kind] = create(**params)["LocationArn"]
    assert made.keys() == KINDS.keys()
    listed = {x["LocationArn"]: x["LocationUri"] for x in datasync.list_locations()["Locations"]}
    for kind, arn in made.items():
        described = getattr(datasync, f"describe_location_{KINDS[kind].action}")(LocationArn=arn)
        assert described["LocationUri"] == listed[arn]
        assert listed[arn].startswith(KINDS[kind].scheme + "://")
        assert "hidden" not in str(described)
        assert arn.split(":")[4] == LAB
