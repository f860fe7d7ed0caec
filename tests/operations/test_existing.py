"""A mover between locations of which one does not exist is rejected at once."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from tests.world import CREATE, LAB, ask, furnish, new_mover, serving

GONE = f"arn:aws:datasync:eu-west-1:{LAB}:location/loc-{'0' * 17}"


async def test_an_existing_location_that_is_gone_is_an_error_of_the_input(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    for gone, said in (
        (GONE, "does not exist"),
        (GONE.replace("eu-west-1", "mars-1"), "region that this server can reach"),
    ):
        for side in ("source", "destination"):
            await refused(tmp_path, side, gone, said)


async def refused(folder: Path, side: str, arn: str, said: str) -> None:
    given = new_mover() | {side: {"existing": {"locationArn": arn}}}
    async with serving(folder) as client:
        payload = (await ask(client, CREATE, input=given))["createMover"]
    (error,) = payload["errors"]
    assert error["path"] == ["input", side, "existing", "locationArn"]
    assert said in error["message"]
