"""The scalars: what they accept and return, however it is written."""

from __future__ import annotations

from pathlib import Path

from tests.world import serving, tell


async def test_a_bad_account_has_one_code_in_a_query_however_it_is_written(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        answers = [
            await tell(client, '{ account(id: "x") { id } server { org } }'),
            await tell(client, "query($a: AccountId!) { account(id: $a) { id } }", a="x"),
            await tell(client, "{ operations(filter: {account: 1}) { nodes { id } } }"),
            await tell(client, '{ operations(filter: {account: "x"}) { nodes { id } } }'),
        ]
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["INVALID", "INVALID", "GRAPHQL_INVALID", "INVALID"]
    assert answers[0]["data"] == {"account": None, "server": {"org": "acme"}}
