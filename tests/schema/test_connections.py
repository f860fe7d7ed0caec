"""A cursor leads on in the list that returned it, and in no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Sandbox
from graph.schema.ids import encode_cursor
from tests.world import LAB, OTHER, ask, furnish, made, serving, tell

PAGE = "(first: 1, after: $after) { pageInfo { endCursor } }"
LISTS = {
    "groups": f'account(id: "{LAB}") {{ list: groups{PAGE} }}',
    "movers of the account": f'account(id: "{LAB}") {{ list: movers{PAGE} }}',
    "movers of another account": f'account(id: "{OTHER}") {{ list: movers{PAGE} }}',
    "movers of the group": f'account(id: "{LAB}") {{ group(name: "g") {{ list: movers{PAGE} }} }}',
    "runs": f'mover(account: "{LAB}", group: "g", name: "one") {{ list: runs{PAGE} }}',
    "operations": f"list: operations{PAGE}",
    "audit": f"list: audit{PAGE}",
}
GARBAGE = [
    "",
    "?",
    "bm9uc2Vuc2U",
    encode_cursor("operations", "nan x"),
    encode_cursor("zzz", "arn"),
]
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }"


def query(name: str) -> str:
    return f"query($after: String) {{ {LISTS[name]} }}"


def list_of(data: Any) -> Any:
    """The connection, wherever it stands."""
    while "list" not in data:
        (data,) = data.values()
    return data["list"]


async def refused(client: httpx.AsyncClient, name: str, cursor: str) -> bool:
    answer = await tell(client, query(name), after=cursor)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    return codes == {"INVALID"}


async def test_a_cursor_of_another_list_and_garbage_are_invalid(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in (LAB, OTHER):
        furnish(aws, account)
    async with serving(tmp_path) as client:
        mover = await made(client)
        await made(client, account=OTHER)
        await ask(client, START, id=mover)
        cursors = {}
        for name in LISTS:
            cursors[name] = list_of(await ask(client, query(name)))["pageInfo"]["endCursor"]
            assert cursors[name] is not None, name
        for name in LISTS:
            for other, cursor in cursors.items():
                assert await refused(client, name, cursor) == (name != other), (name, other)
            for cursor in GARBAGE:
                assert await refused(client, name, cursor), (name, cursor)
