"""Movers and runs as they are shown: what they lack is null, what is internal is hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.model.mover import GROUP_TAG, HIDDEN_TAGS, Account, Tag
from graph.model.mover import Mover as MoverModel
from graph.sandbox import Sandbox
from graph.schema.nodes import Mover
from tests.operations.by_hand import by_hand
from tests.schema.execution import select
from tests.world import LAB, ask, furnish, serving

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOVER = MoverModel(
    account=Account(LAB, "us-east-1"), task_arn=TASK, name="one", status="X", mode="BASIC", tags=()
)
PAGE = """query($first: Int!, $after: String) {
  account(id: "%s") { movers(first: $first, after: $after) {
    totalCount nodes { name } pageInfo { hasNextPage endCursor } } } }"""


@pytest.mark.parametrize("group", [None, "g", "a b"])
async def test_the_group_of_a_mover_is_that_of_its_tag(group: str | None) -> None:
    tags = [Tag("team", "blue"), *(Tag(key, "x") for key in sorted(HIDDEN_TAGS))]
    own = [] if group is None else [Tag(GROUP_TAG, group)]
    mover = Mover(value=replace(MOVER, tags=(*own, *tags)))
    it = await select(Mover, mover, "{ group { name account { accountId } } tags { key value } }")
    account = {"accountId": LAB}
    assert it["group"] == (None if group is None else {"name": group, "account": account})
    assert it["tags"] == [{"key": tag.key, "value": tag.value} for tag in (*own, tags[0])]


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_movers_are_paged_by_name_whatever_the_order_of_their_making(
    aws: Sandbox, tmp_path: Path, size: int
) -> None:
    furnish(aws, LAB)
    names = ["c", "a", "e", "b", "d"]
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    for name in names:
        by_hand("g", (role, role), name=name)
    listed: list[str] = []
    after = None
    async with serving(tmp_path) as client:
        while True:
            page = (await ask(client, PAGE % LAB, first=size, after=after))["account"]["movers"]
            assert page["totalCount"] == len(names)
            listed += [mover["name"] for mover in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    assert listed == sorted(names)
