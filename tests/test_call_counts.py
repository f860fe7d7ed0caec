"""How many calls to AWS an answer costs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.sandbox import Sandbox
from tests.world import LAB, ORG, ask, serving

GROUP_QUERY = f"""{{ account(id: "{LAB}") {{ group(name: "g") {{ movers(first: 100) {{ nodes {{
  name status lastRun {{ status progress {{ percent }} }} }} }} }} }} }}"""
MOVER = f"""{{ mover(account: "{LAB}", group: "g", name: "%s") {{
  name status source {{ uri }} destination {{ uri }} tags {{ key }} }} }}"""


def many(aws: Sandbox, count: int, group: str = "g") -> list[Any]:
    """Movers as the original server makes them, put straight into the sandbox's state."""
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    aws.set_pace(tasks=count, launch=0, phase=0)
    aws.role(LAB, "management", external_id="x-1")
    for name in ("from", "to"):
        aws.bucket(LAB, f"{name}-{LAB}")
        aws.role(LAB, name, service="datasync.amazonaws.com", bucket=f"{name}-{LAB}")
    backend = datasync_backends[LAB]["us-east-1"]
    ends = [
        backend.create_location(
            "S3",
            None,
            {
                "S3BucketArn": f"arn:aws:s3:::{name}-{LAB}",
                "S3Config": {"BucketAccessRoleArn": f"arn:aws:iam::{LAB}:role/{name}"},
            },
        ).arn
        for name in ("from", "to")
    ]
    tags = {"org": ORG, "spaceid": group, "type": "storage", "flavor": "datamover"}
    return [
        backend.create_task(
            {
                "SourceLocationArn": ends[0],
                "DestinationLocationArn": ends[1],
                "Name": f"m-{index:03}",
                "Tags": [{"Key": f"spinup:{key}", "Value": value} for key, value in tags.items()],
            }
        )
        for index in range(count)
    ]


def spent(aws: Sandbox) -> dict[str, int]:
    counts = dict(aws.interceptor.counts())
    for own in ("sts.AssumeRole", "sts.GetCallerIdentity"):  # not for the request alone
        counts.pop(own, None)
    aws.interceptor.forget_calls()
    return counts


async def test_listing_500_movers_reads_each_page_once(aws: Sandbox, tmp_path: Path) -> None:
    many(aws, 500)
    query = f'{{ account(id: "{LAB}") {{ movers {{ totalCount nodes {{ name }} }} }} }}'
    async with serving(tmp_path) as client:
        assert (await ask(client, query))["account"]["movers"]["totalCount"] == 500
    counts = spent(aws)
    assert counts == {"datasync.ListTasks": 5, "resourcegroupstaggingapi.GetResources": 5}


async def test_showing_the_last_of_100_costs_5_calls_cold_and_2_warm(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 100)
    async with serving(tmp_path) as client:
        assert (await ask(client, MOVER % "m-099"))["mover"]["status"] == "AVAILABLE"
        assert sum(spent(aws).values()) == 5
        await ask(client, MOVER % "m-099")
        assert spent(aws) == {"datasync.DescribeTask": 1, "datasync.ListTagsForResource": 1}


async def test_a_mover_in_an_account_of_500_costs_the_task_list_and_4_calls_cold(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 500)
    async with serving(tmp_path) as client:
        assert (await ask(client, MOVER % "m-321"))["mover"]["status"] == "AVAILABLE"
    assert spent(aws) == {
        "datasync.ListTasks": 5,
        "datasync.ListTagsForResource": 1,
        "datasync.DescribeTask": 1,
        "datasync.DescribeLocationS3": 2,
    }


async def test_a_name_that_many_groups_use_is_looked_up_in_the_tags_of_its_group(
    aws: Sandbox, tmp_path: Path
) -> None:
    tasks = {f"g-{index}": task for index, task in enumerate(many(aws, 9))}
    for group, task in tasks.items():
        task.name, task.tags = "m-000", task.tags | {"spinup:spaceid": group}
    query = """{ mover(account: "%s", group: "%s", name: "m-000") { taskArn group { name } } }"""
    async with serving(tmp_path) as client:
        for group, task in tasks.items():
            shown = (await ask(client, query % (LAB, group)))["mover"]
            assert (shown["taskArn"], shown["group"]["name"]) == (task.arn, group)
            assert spent(aws) == {
                "datasync.ListTasks": 1,
                "resourcegroupstaggingapi.GetResources": 1,
            }
        assert (await ask(client, query % (LAB, "g")))["mover"] is None


async def test_further_pages_of_a_list_cost_nothing_until_something_is_changed(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 250)
    for where in ("movers", 'group(name: "g") { movers'):
        seen, after = [], "null"
        async with serving(tmp_path) as client:
            while True:
                page = await _page(client, where, after)
                seen += [node["name"] for node in page["nodes"]]
                counts = spent(aws)
                if after == "null":
                    assert counts == {
                        "datasync.ListTasks": 3,
                        "resourcegroupstaggingapi.GetResources": 3,
                    }
                else:
                    assert counts == {}
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = f'"{page["pageInfo"]["endCursor"]}"'
            assert seen == [f"m-{index:03}" for index in range(250)]
            path = f"/v1/datasync/{LAB}/movers/g/m-001"
            assert (await client.put(path, content=b'{"State":"start"}')).status_code == 200
            spent(aws)
            await _page(client, where, after)
            assert spent(aws)["datasync.ListTasks"] == 3


async def test_further_pages_of_groups_cost_nothing(aws: Sandbox, tmp_path: Path) -> None:
    for index, task in enumerate(many(aws, 30)):
        task.tags = task.tags | {"spinup:spaceid": f"g-{index:02}"}
    query = f"""query($after: String) {{ account(id: "{LAB}") {{ groups(first: 8, after: $after) {{
      nodes {{ name }} pageInfo {{ endCursor hasNextPage }} }} }} }}"""
    seen, after, more = [], None, True
    async with serving(tmp_path) as client:
        while more:
            page = (await ask(client, query, after=after))["account"]["groups"]
            assert (spent(aws) == {}) == (after is not None)
            seen += [node["name"] for node in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == [f"g-{index:02}" for index in range(30)]


async def _page(client: httpx.AsyncClient, where: str, after: str) -> dict[str, Any]:
    fields = "{ nodes { name } pageInfo { endCursor hasNextPage } }"
    close = " }" if "{" in where else ""
    query = f'{{ account(id: "{LAB}") {{ {where}(first: 100, after: {after}) {fields}{close} }} }}'
    account = (await ask(client, query))["account"]
    found: dict[str, Any] = (account.get("group") or account)["movers"]
    return found


async def test_locations_of_a_list_are_not_described_again_within_a_minute(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 20)
    query = GROUP_QUERY.replace("name status", "name source { uri } destination { uri }")
    async with serving(tmp_path) as client:
        await ask(client, query)
        cold = spent(aws)
        assert (cold["datasync.DescribeTask"], cold["datasync.DescribeLocationS3"]) == (20, 2)
        await ask(client, query)
        assert spent(aws) == {
            "datasync.ListTasks": 1,
            "resourcegroupstaggingapi.GetResources": 1,
            "datasync.ListTaskExecutions": 1,
        }


async def test_start_and_stop_cost_3_calls_and_pages_cold_and_2_warm(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 100)
    path = f"/v1/datasync/{LAB}/movers/g/m-099"
    async with serving(tmp_path) as client:
        assert (await client.put(path, content=b'{"State":"start"}')).status_code == 200
        cold = spent(aws)
        assert cold.pop("datasync.StartTaskExecution") == 1
        assert cold == {
            "datasync.ListTasks": 1,
            "datasync.ListTagsForResource": 1,
            "datasync.DescribeTask": 1,
        }
        assert (await client.get(f"{path}/runs")).status_code == 200
        warm = spent(aws)
        assert warm == {
            "datasync.DescribeTask": 1,
            "datasync.ListTagsForResource": 1,
            "datasync.ListTaskExecutions": 1,
        }


async def test_start_and_stop_of_a_known_mover_cost_4_calls_each(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 100)
    aws.set_pace(launch=1_000)
    path = f"/v1/datasync/{LAB}/movers/g/m-099"
    async with serving(tmp_path) as client:
        assert (await client.get(path)).status_code == 200
        spent(aws)
        assert (await client.put(path, content=b'{"State":"start"}')).status_code == 200
        assert spent(aws) == {
            "datasync.DescribeTask": 2,
            "datasync.ListTagsForResource": 1,
            "datasync.StartTaskExecution": 1,
        }
        assert (await client.put(path, content=b'{"State":"stop"}')).status_code == 204
        assert spent(aws) == {
            "datasync.DescribeTask": 1,
            "datasync.ListTagsForResource": 1,
            "datasync.ListTaskExecutions": 1,
            "datasync.CancelTaskExecution": 1,
        }


async def test_a_group_with_its_last_runs_costs_pages_and_a_call_a_mover_that_ran(
    aws: Sandbox, tmp_path: Path
) -> None:
    tasks = many(aws, 40)
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    aws.turn(0)
    for task in tasks[:10]:
        datasync_backends[LAB]["us-east-1"].start_task_execution({"TaskArn": task.arn})
    aws.turn(60)
    async with serving(tmp_path) as client:
        data = await ask(client, GROUP_QUERY)
        nodes = data["account"]["group"]["movers"]["nodes"]
        assert sum(node["lastRun"] is not None for node in nodes) == 10
        assert spent(aws) == {
            "datasync.ListTasks": 1,
            "resourcegroupstaggingapi.GetResources": 1,
            "datasync.ListTaskExecutions": 1,
            "datasync.DescribeTaskExecution": 10,
        }
        await ask(client, GROUP_QUERY)
        assert spent(aws) == {
            "datasync.ListTasks": 1,
            "resourcegroupstaggingapi.GetResources": 1,
            "datasync.ListTaskExecutions": 1,
        }


@pytest.mark.timeout(120)
async def test_200_concurrent_first_calls_make_one_assume_role(
    aws: Sandbox, tmp_path: Path
) -> None:
    many(aws, 3)
    async with serving(tmp_path) as client:
        query = f'{{ account(id: "{LAB}") {{ movers {{ totalCount }} }} }}'
        await asyncio.gather(*(ask(client, query) for _ in range(200)))
    assert aws.interceptor.counts()["sts.AssumeRole"] == 1
    assert aws.interceptor.counts()["datasync.ListTasks"] <= 2


async def test_ghosts_are_left_out_and_late_tags_are_looked_up(
    aws: Sandbox, tmp_path: Path
) -> None:
    tasks = many(aws, 4)
    aws.set_pace(ghosts=1000)
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    datasync_backends[LAB]["us-east-1"].delete_task(tasks[0].arn)
    query = f'{{ account(id: "{LAB}") {{ movers {{ nodes {{ name }} }} }} }}'
    async with serving(tmp_path) as client:
        names = [m["name"] for m in (await ask(client, query))["account"]["movers"]["nodes"]]
        assert names == ["m-001", "m-002", "m-003"]
        aws.set_pace(tagging_lag=1000)
        names = [m["name"] for m in (await ask(client, query))["account"]["movers"]["nodes"]]
        assert names == ["m-001", "m-002", "m-003"]
