"""What clients can learn of the limits."""

from __future__ import annotations

from pathlib import Path

from tests.world import ask, serving


async def test_the_limits_are_those_of_the_settings(tmp_path: Path) -> None:
    query = """{ server { limits { bodyBytes callsPerRequest accountsPerRequest callBudget
      callsPerSecond operationsPerCaller } } }"""
    given = {
        "aws_calls_per_request": 200,
        "aws_accounts_per_request": 3,
        "aws_call_budget": 900,
        "aws_calls_per_second": 7,
        "operations_per_caller": 5,
        "body_bytes": 2_048,
    }
    async with serving(tmp_path, **given) as client:
        assert (await ask(client, query))["server"]["limits"] == {
            "bodyBytes": 2_048,
            "callsPerRequest": 200,
            "accountsPerRequest": 3,
            "callBudget": 900,
            "callsPerSecond": 7,
            "operationsPerCaller": 5,
        }


async def test_a_request_that_could_make_too_many_calls_or_names_too_many_accounts_is_refused(
    tmp_path: Path, aws: object
) -> None:
    del aws
    nodes = " ".join(f"a{index}: nodes(ids: $ids) {{ id }}" for index in range(30))
    named = " ".join(f'a{n}: account(id: "{n:012}") {{ accountId }}' for n in range(1, 10))
    async with serving(tmp_path, aws_accounts_per_request=4) as client:
        body = {"query": f"query($ids: [ID!]!) {{ {nodes} }}", "variables": {"ids": ["x"] * 100}}
        (error,) = (await client.post("/graphql", json=body)).json()["errors"]
        assert error["extensions"]["code"] == "TOO_COSTLY"
        assert "5000 calls to AWS" in error["message"]
        errors = (await client.post("/graphql", json={"query": f"{{ {named} }}"})).json()["errors"]
    codes = [error["extensions"]["code"] for error in errors]
    assert codes == ["QUOTA_EXCEEDED"] * 5
