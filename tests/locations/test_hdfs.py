"""A Hadoop cluster."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.locations.served import shown
from tests.sandbox.lab import AGENT


async def test_a_cluster_is_shown_with_its_name_nodes(aws: Sandbox, tmp_path: Path) -> None:
    fields = "HdfsLocation { uri agentArns authenticationType simpleUser }"
    got = await shown(aws, tmp_path, "HDFS", fields, Subdirectory="/data")
    assert got.graphql == {
        "uri": "hdfs://name.example:8020/data/",
        "agentArns": [AGENT],
        "authenticationType": "SIMPLE",
        "simpleUser": "u",
    }
    assert got.rest == {
        "AgentArns": [AGENT],
        "AuthenticationType": "SIMPLE",
        "LocationUri": "hdfs://name.example:8020/data/",
        "NameNodes": [{"Hostname": "name.example", "Port": 8020}],
        "SimpleUser": "u",
    }
