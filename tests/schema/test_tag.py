"""Tags of a new mover: returned unchanged, or rejected with the place of the wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.world import CREATE, LAB, ask, ended, furnish, new_mover, serving

TAGS = "query($id: ID!) { operation(id: $id) { status mover { tags { key value } } } }"
GIVEN = [
    {"key": "team", "value": "blue"},
    {"key": "a b+=._:/-", "value": "a b + = . _ : @ / -"},
    {"key": "k" * 128, "value": "v" * 256},
]


async def test_tags_are_returned_unchanged_and_in_their_order(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        made = (await ask(client, CREATE, input=new_mover() | {"tags": GIVEN}))["createMover"]
        assert made["errors"] == []
        operation = await ended(client, made["operation"]["id"], TAGS)
    assert operation["status"] == "COMPLETED"
    shown = operation["mover"]["tags"]
    assert [tag for tag in shown if not tag["key"].startswith("spinup:")] == GIVEN


@pytest.mark.parametrize(
    "tag",
    [
        {"key": "aws:x", "value": "y"},
        {"key": "spinup:org", "value": "other"},
        {"key": "", "value": "y"},
        {"key": "k" * 129, "value": "y"},
        {"key": "a\nb", "value": "y"},
        {"key": "k", "value": "v" * 257},
        {"key": "k", "value": "a<b"},
    ],
)
async def test_a_tag_that_aws_or_the_server_does_not_allow_is_rejected_before_any_call(
    aws: Sandbox, tmp_path: Path, tag: dict[str, str]
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=new_mover() | {"tags": [GIVEN[0], tag]}))[
            "createMover"
        ]
    (error,) = payload["errors"]
    assert error["code"] == "INVALID"
    assert error["path"] == ["input", "tags", "1"]
    assert aws.state()[LAB]["tasks"] == []
