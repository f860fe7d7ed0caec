"""The tags of DataSync's resources."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import AGENT, client


def test_tags_are_added_replaced_and_removed_up_to_their_number(lab: Sandbox) -> None:
    datasync = client("datasync")
    datasync.tag_resource(ResourceArn=AGENT, Tags=[{"Key": "a", "Value": "1"}])
    datasync.tag_resource(ResourceArn=AGENT, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
    datasync.untag_resource(ResourceArn=AGENT, Keys=["b"])
    shown = datasync.list_tags_for_resource(ResourceArn=AGENT)["Tags"]
    assert shown == [{"Key": "a", "Value": "2"}]
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    with pytest.raises(ClientError, match="at most 50"):
        datasync.tag_resource(ResourceArn=AGENT, Tags=many)
    found = client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["datasync:agent"])
    assert [item["ResourceARN"] for item in found["ResourceTagMappingList"]] == [AGENT]


def test_what_does_not_exist_has_no_tags(lab: Sandbox) -> None:
    with pytest.raises(ClientError, match="is not found"):
        client("datasync").list_tags_for_resource(ResourceArn=f"{AGENT[:-1]}1")
