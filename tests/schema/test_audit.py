"""Who may read the audit trail, and how it is filtered and paged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.audited import (
    AUDIT,
    TOKENS,
    Lab,
    opened_lab,
    over_http,
    read,
)
from tests.world import (
    ask,
    made,
    tell,
)


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened_lab(aws, tmp_path) as opened:
        yield opened


async def test_only_a_key_with_the_right_reads_the_trail_and_only_of_what_it_sees(
    lab: Lab,
) -> None:
    for action in ("START_MOVER", "CREATE_MOVER"):
        await over_http(lab, "of-h", action)
    await made(lab.client, name="other", group="h")
    lab.client.headers.update({"X-Auth-Token": TOKENS["auditor"]})
    records = await read(lab.client)
    assert {record["group"] for record in records} == {"g"}
    assert ("of-h", "CREATE_MOVER") in {(r["key"], r["action"]) for r in records}
    for key in ("reader", "of-h"):
        lab.client.headers.update({"X-Auth-Token": TOKENS[key]})
        answer = await tell(lab.client, AUDIT)
        assert [e["extensions"]["code"] for e in answer["errors"]] == ["FORBIDDEN"]


async def test_the_trail_is_filtered_and_paged(lab: Lab) -> None:
    for key in ("reader", "elsewhere", "reader"):
        await over_http(lab, key, "STOP_MOVER")
    whole = await read(lab.client)
    stops = await read(lab.client, filter={"key": "reader", "action": "STOP_MOVER"})
    assert stops == [record for record in whole if record["key"] == "reader"]
    assert await read(lab.client, filter={"since": whole[-1]["at"]}) == whole[-1:]
    assert await read(lab.client, filter={"until": whole[1]["at"]}) == whole[:1]
    pages, after = [], None
    while True:
        page = (await ask(lab.client, AUDIT, first=2, after=after))["audit"]
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages[::-1] == whole
    back, before = list[Any](), None
    while True:
        page = (await ask(lab.client, AUDIT, first=None, last=2, before=before))["audit"]
        back = page["nodes"] + back
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert back == pages


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"first": -1}, ["first"]),
        ({"first": 101}, ["first"]),
        ({"after": "YXVkaXQgMQo"}, ["after"]),
        ({"after": "MS4wIGFiYw"}, ["after"]),
        ({"before": "MS4wIGFiYw"}, ["before"]),
        ({"first": None, "last": 101}, ["last"]),
        ({"first": 3, "last": 3}, ["last"]),
        ({"filter": {"key": "\0"}}, ["filter", "key"]),
        ({"filter": {"moverName": "x" * 257}}, ["filter", "moverName"]),
    ],
)
async def test_a_wrong_page_or_filter_is_invalid(
    lab: Lab, variables: dict[str, Any], path: list[str]
) -> None:
    (error,) = (await tell(lab.client, AUDIT, **variables))["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["argument"] == path
