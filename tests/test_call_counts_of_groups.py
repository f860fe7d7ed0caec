"""How many calls to AWS the list of one group costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.test_call_counts import many, spent
from tests.world import LAB, ask, made, serving

GROUP = f"""{{ account(id: "{LAB}") {{ region group(name: "small") {{
  movers(first: 100) {{ totalCount nodes {{ name status }} }} }} }} }}"""


@pytest.mark.parametrize("size", [0, 1, 150])
@pytest.mark.parametrize("surface", ["GraphQL", "REST"])
async def test_listing_a_group_of_an_account_of_500_reads_its_own_tags_alone_cold(
    aws: Sandbox, tmp_path: Path, surface: str, size: int
) -> None:
    for task in many(aws, 500)[500 - size :]:
        task.tags = task.tags | {"spinup:spaceid": "small"}
    async with serving(tmp_path) as client:
        aws.interceptor.forget_calls()
        if surface == "REST":
            listed = await client.get(f"/v1/datasync/{LAB}/movers/small")
            assert (listed.status_code, listed.headers["X-Items"]) == (200, str(size))
        else:
            group = (await ask(client, GROUP))["account"]["group"]
            assert (group and group["movers"]["totalCount"]) == (size or None)
        assert aws.interceptor.counts() == {
            "sts.AssumeRole": 1,
            "datasync.ListTasks": 5,
            "resourcegroupstaggingapi.GetResources": max(1, -(-size // 100)),
        }
        aws.interceptor.forget_calls()
        again = f'{{ account(id: "{LAB}") {{ groups {{ nodes {{ name }} }} }} }}'
        await ask(client, again)
        assert spent(aws) == {"datasync.ListTasks": 5, "resourcegroupstaggingapi.GetResources": 5}


async def test_an_account_itself_costs_no_call_but_that_for_its_credentials(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 3)
    async with serving(tmp_path) as client:
        aws.interceptor.forget_calls()
        for _ in range(2):
            assert await ask(client, f'{{ account(id: "{LAB}") {{ region }} }}')
        assert aws.interceptor.counts() == {"sts.AssumeRole": 1}


async def test_a_new_mover_is_in_its_group_on_every_server_before_its_tags_are_listed(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 30)
    aws.set_pace(tagging_lag=3_600, tasks=100)
    path = f"/v1/datasync/{LAB}/movers/new"
    async with serving(tmp_path) as client:
        await made(client, name="one", group="new")
        assert (await client.get(path)).json() == ["one"]
    async with serving(tmp_path) as client:  # which knows of it from the store
        spent(aws)
        assert (await client.get(path)).json() == ["one"]
        assert spent(aws) == {
            "datasync.ListTasks": 1,
            "resourcegroupstaggingapi.GetResources": 1,
            "datasync.ListTagsForResource": 1,
        }
        assert (await client.get(f"/v1/datasync/{LAB}/movers/none")).json() == []
