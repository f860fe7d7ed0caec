"""What decides how a task may transfer, of each kind of location, new or existing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from graph.locations import KINDS, kind_of_spec
from graph.locations.ends import end_of_location, end_of_spec
from graph.model.ends import End
from graph.model.location import Location
from graph.model.location_specs import HdfsSpec, ObjectStorageSpec, S3Spec
from tests.locations.samples import AGENTS, NODES, SPECS

ARN = "arn:aws:datasync:us-east-1:222222222222:location/loc-1"


def at(kind: str, uri: str, **described: Any) -> End:
    return end_of_location(
        Location(arn=ARN, kind=kind, uri=uri, created_at=None, described=described)
    )


@pytest.mark.parametrize("name", SPECS)
def test_a_new_location_is_of_its_kind(name: str) -> None:
    assert end_of_spec(SPECS[name]).kind == kind_of_spec(SPECS[name]).name


def test_what_is_specified_is_the_end_that_is_described_later() -> None:
    hdfs = cast("HdfsSpec", SPECS["HDFS"])
    store = cast("ObjectStorageSpec", SPECS["object storage"])
    outpost = cast("S3Spec", SPECS["S3 on Outposts"])
    node = {"Hostname": "h", "Port": 1}
    pairs = [
        (
            end_of_spec(replace(hdfs, name_nodes=NODES * 2)),
            at("HDFS", "hdfs://h:1/", NameNodes=[node, node]),
        ),
        (end_of_spec(hdfs), at("HDFS", "hdfs://h:1/", NameNodes=[node])),
        (
            end_of_spec(replace(store, agent_arns=())),
            at("OBJECT_STORAGE", "object-storage://h/b/"),
        ),
        (
            end_of_spec(replace(store, agent_arns=AGENTS)),
            at("OBJECT_STORAGE", "object-storage://h/b/", AgentArns=list(AGENTS)),
        ),
        (
            end_of_spec(S3Spec(bucket_arn="arn:aws:s3:::b", storage_class="GLACIER")),
            at("S3", "s3://b/", S3StorageClass="GLACIER"),
        ),
        (
            end_of_spec(replace(outpost, storage_class="OUTPOSTS")),
            at(
                "S3",
                f"s3://{outpost.bucket_arn}/a/",
                S3StorageClass="OUTPOSTS",
            ),
        ),
    ]
    for new, existing in pairs:
        assert new == existing


@pytest.mark.parametrize("kind", KINDS)
def test_a_location_without_agents_is_outside_aws(kind: str) -> None:
    end = at(kind, f"{KINDS[kind].scheme}://h/")
    assert end.is_agentless == (kind in {"OBJECT_STORAGE", "AZURE_BLOB"})
    assert end.speaks_smb == (kind in {"SMB", "FSX_WINDOWS"})


def test_a_share_of_ontap_speaks_smb() -> None:
    assert at("FSX_ONTAP", "fsxn-smb://h/", Protocol={"SMB": {"User": "u"}}).speaks_smb
    assert not at("FSX_ONTAP", "fsxn-nfs://h/", Protocol={"NFS": {}}).speaks_smb
