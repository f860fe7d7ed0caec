"""How many calls to AWS the locations and runs of a list of movers cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.test_call_counts import many, spent
from tests.world import LAB, ask, serving

URIS = f"""{{ account(id: "{LAB}") {{ group(name: "g") {{ movers(first: 100) {{ nodes {{
  name status source {{ uri kind }} destination {{ uri }}
  lastRun {{ status outcome progress {{ percent }} }} }} }} }} }} }}"""
DETAILS = f"""{{ account(id: "{LAB}") {{ group(name: "g") {{ movers(first: 100) {{ nodes {{
  source {{ uri createdAt ... on S3Location {{ storageClass agentArns }} }} }} }} }} }} }}"""


def with_own_ends(aws: Sandbox, tasks: list[Any]) -> None:
    """Gives each task two locations of its own, as real movers have them."""
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    backend = datasync_backends[LAB]["us-east-1"]
    for task in tasks:
        for end in ("source", "destination"):
            params = dict(getattr(task, end).params)
            setattr(task, end, backend.create_location("S3", None, params))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("own", [1, 3, 12, 100])
async def test_uris_of_a_list_come_from_the_pages_of_the_locations(
    aws: Sandbox, tmp_path: Path, own: int
) -> None:
    tasks = many(aws, 100)
    with_own_ends(aws, tasks[:own])
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    ran = tasks[: min(own, 5)]
    aws.turn(0)
    for task in ran:
        datasync_backends[LAB]["us-east-1"].start_task_execution({"TaskArn": task.arn})
    aws.turn(60)
    lists = {
        "datasync.ListTasks": 1,
        "resourcegroupstaggingapi.GetResources": 1,
        "datasync.ListTaskExecutions": 1,
    }
    async with serving(tmp_path) as client:
        nodes = (await ask(client, URIS))["account"]["group"]["movers"]["nodes"]
        assert all(node["source"]["uri"].startswith(f"s3://from-{LAB}") for node in nodes)
        assert {node["source"]["kind"] for node in nodes} == {"S3"}
        cold = spent(aws)
        few = 2 * own + 2 if own < 100 else 200
        pages = {"datasync.ListLocations": -(-(2 * own + 2) // 100)}
        described = {"datasync.DescribeLocationS3": few}
        assert cold == lists | (described if few <= 10 else pages) | {
            "datasync.DescribeTask": 100,
            "datasync.DescribeTaskExecution": len(ran),
        }
        assert (await ask(client, URIS))["account"]["group"]["movers"]["nodes"] == nodes
        assert spent(aws) == lists


ALL_FIELDS = f"""{{ account(id: "{LAB}") {{ group(name: "g") {{ movers(first: 100) {{ nodes {{
  name status createdAt includes source {{ uri }} destination {{ uri }} schedule {{ expression }}
  lastRun {{ status outcome progress {{ percent }} startedBy }} }} }} }} }} }}"""


@pytest.mark.timeout(300)
async def test_a_page_costs_a_call_a_mover_and_a_run_cold_and_one_per_active_run_warm(
    aws: Sandbox, tmp_path: Path
) -> None:
    tasks = many(aws, 60)
    with_own_ends(aws, tasks)
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    backend = datasync_backends[LAB]["us-east-1"]
    aws.turn(0)
    for _ in range(3):
        for task in tasks[:20]:
            backend.start_task_execution({"TaskArn": task.arn})
        aws.turn(60)
    aws.set_pace(launch=10_000)
    for task in tasks[18:23]:
        backend.start_task_execution({"TaskArn": task.arn})
    pages = {
        "datasync.ListTasks": 1,
        "resourcegroupstaggingapi.GetResources": 1,
        "datasync.ListTaskExecutions": 1,
    }
    async with serving(tmp_path) as client:
        nodes = (await ask(client, ALL_FIELDS))["account"]["group"]["movers"]["nodes"]
        last = [node["lastRun"] and node["lastRun"]["status"] for node in nodes]
        assert last == ["SUCCESS"] * 18 + ["LAUNCHING"] * 5 + [None] * 37
        learned = 1  # the oldest run of one mover, to learn the order of AWS's lists
        assert spent(aws) == pages | {
            "datasync.ListLocations": 2,
            "datasync.DescribeTask": 60,
            "datasync.DescribeTaskExecution": 23 + learned,
        }
        await ask(client, URIS)
        assert spent(aws) == pages | {"datasync.DescribeTaskExecution": 5}


@pytest.mark.timeout(300)
async def test_details_of_listed_locations_are_described_when_they_are_asked_for(
    aws: Sandbox, tmp_path: Path
) -> None:
    tasks = many(aws, 20)
    with_own_ends(aws, tasks)
    async with serving(tmp_path) as client:
        await ask(client, URIS)
        spent(aws)
        nodes = (await ask(client, DETAILS))["account"]["group"]["movers"]["nodes"]
        assert {node["source"]["storageClass"] for node in nodes} == {"STANDARD"}
        assert all(node["source"]["createdAt"] for node in nodes)
        assert spent(aws)["datasync.DescribeLocationS3"] == 20
        await ask(client, DETAILS)
        assert "datasync.DescribeLocationS3" not in spent(aws)


async def test_a_location_that_is_gone_is_null_among_many_listed_ones(
    aws: Sandbox, tmp_path: Path
) -> None:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    tasks = many(aws, 20)
    with_own_ends(aws, tasks)
    del datasync_backends[LAB]["us-east-1"].locations[tasks[3].source.arn]
    async with serving(tmp_path) as client:
        nodes = (await ask(client, URIS))["account"]["group"]["movers"]["nodes"]
    assert [node["name"] for node in nodes if node["source"] is None] == ["m-003"]
