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
    given = new_mover() | {"source": {"existing": {"locationArn": GONE}}}
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=given))["createMover"]
    (error,) = payload["errors"]
    assert error["path"] == ["input", "source", "existing", "locationArn"]
    assert "does not exist" in error["message"]
