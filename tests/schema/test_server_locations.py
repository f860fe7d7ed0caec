"""Locations outside of AWS: what their types make of AWS's descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from graph.schema.location import Location
from graph.schema.locations import TYPES, of_its_kind
from tests.schema.execution import select
from tests.schema.test_locations import location


async def shown(kind: str, selection: str, **described: Any) -> Any:
    value = of_its_kind(location(kind, **described))
    return await select(Location, value, f"{{ ... on {TYPES[kind].__name__} {{ {selection} }} }}")


@pytest.mark.parametrize("nodes", [0, 1, 3])
async def test_a_cluster_shows_each_of_its_name_nodes(nodes: int) -> None:
    given = [{"Hostname": f"n{number}.example", "Port": 8_020 + number} for number in range(nodes)]
    found = await shown("HDFS", "nameNodes { hostname port }", NameNodes=given)
    assert found == {
        "nameNodes": [{"hostname": each["Hostname"], "port": each["Port"]} for each in given]
    }


async def test_a_cluster_shows_how_its_connections_are_protected() -> None:
    found = await shown(
        "HDFS",
        "rpcProtection dataTransferProtection blockSize",
        QopConfiguration={"RpcProtection": "PRIVACY", "DataTransferProtection": "A_NEW_WORD"},
        BlockSize=2**30,
    )
    assert found == {
        "rpcProtection": "PRIVACY",
        "dataTransferProtection": "A_NEW_WORD",
        "blockSize": 2**30,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [(b"-----BEGIN", "-----BEGIN"), (b"\xff!", "\ufffd!"), (b"", None), (None, None)],
)
async def test_a_certificate_is_shown_as_text(given: bytes | None, expected: str | None) -> None:
    found = await shown("OBJECT_STORAGE", "serverCertificate", ServerCertificate=given)
    assert found == {"serverCertificate": expected}
