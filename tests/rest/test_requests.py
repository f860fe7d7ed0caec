"""Request bodies: what is read from them, and the original's message for what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.world import LAB, furnish, serving

MOVERS = f"/v1/datasync/{LAB}/movers"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "Name is a required field"),
        (b"null", "Name is a required field"),
        (
            b'{"Name":"a","Source":{"Type":"S3"},"Destination":{"Type":"S3"}}',
            "Source of type S3 requires",
        ),
        (b"[1]", "cannot decode body into create data mover input: "),
        (b'{"Name":1}', "cannot decode body into create data mover input: "),
        (b"\xff", "cannot decode body into create data mover input: "),
        (b"[" * 100_000, "cannot decode body into create data mover input: "),
    ],
)
async def test_a_bad_create_is_a_400_that_says_why(
    aws: Sandbox, tmp_path: Path, body: bytes, text: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        answer = await client.post(f"{MOVERS}/g", content=body)
        assert (answer.status_code, answer.text.startswith(text)) == (400, True), answer.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "missing required parameter: State"),
        (b'{"State":"START"}', "valid states are 'start' and 'stop'"),
        (b"x", "cannot decode body into update data mover input: "),
    ],
)
async def test_a_bad_update_is_a_400_that_says_why(
    aws: Sandbox, tmp_path: Path, body: bytes, text: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        answer = await client.put(f"{MOVERS}/g/one", content=body)
        assert (answer.status_code, answer.text.startswith(text)) == (400, True), answer.text
