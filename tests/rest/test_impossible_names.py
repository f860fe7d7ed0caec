"""Names in a path that no mover can have, on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.stores import BOTH, store_url
from tests.world import LAB, furnish, serving

NAMES = ("%00", "a%00b", "%0A", "%7F", "%C2%85", "%ED%A0%80", "%FF", "x" * 257)
REQUESTS = (
    ("GET", b""),
    ("PUT", b'{"State":"start"}'),
    ("PUT", b'{"State":"stop"}'),
    ("DELETE", b""),
)


@pytest.mark.parametrize("kind", BOTH)
async def test_a_mover_of_an_impossible_name_is_not_found(
    aws: Sandbox, tmp_path: Path, kind: str
) -> None:
    furnish(aws, LAB)
    with store_url(kind, tmp_path) as url:
        async with serving(tmp_path, store_url=url) as client:
            for method, body in REQUESTS:
                for name in NAMES:
                    for path in (f"{name}/one", f"g/{name}", f"{name}/{name}"):
                        where = f"/v1/datasync/{LAB}/movers/{path}"
                        answer = await client.request(method, where, content=body)
                        told = (answer.status_code, answer.text)
                        assert told == (404, "datasync mover not found"), (method, path)
            for name in NAMES:
                listed = await client.get(f"/v1/datasync/{LAB}/movers/{name}")
                assert (listed.status_code, listed.json()) == (200, [])
                shown = await client.get("/v1/datasync/flywheel", params={"task": name})
                assert (shown.status_code, shown.json()) == (200, {})
