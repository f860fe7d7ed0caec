"""The calls of many creates through the gateway, without an engine; prints their CPU seconds.

``python -m tests.benchmarks.bare '{"datasync.CreateTask": 1000, ..}'``, on a sandbox of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.locations import create_location
from graph.aws.roles import ensure_role
from graph.aws.task_updates import settings_of
from graph.aws.tasks import create_task
from graph.model.errors import Upstream
from graph.model.location_specs import S3Spec
from graph.model.mover import Tag, own_tags
from graph.model.resources import Resource
from graph.model.task_settings import NO_SETTINGS
from tests.world import LAB, ORG, ROLE

AT_ONCE = 100
TRIES = 5
BUCKET = f"arn:aws:s3:::from-{LAB}"
WRITES = {
    "iam.CreateRole",
    "iam.PutRolePolicy",
    "datasync.CreateLocationS3",
    "datasync.CreateTask",
    "sts.AssumeRole",
}
READS: dict[str, tuple[str, str]] = {
    "datasync.ListTasks": ("datasync", "list_tasks"),
    "datasync.ListLocations": ("datasync", "list_locations"),
    "datasync.DescribeTask": ("datasync", "describe_task"),
    "datasync.DescribeLocationS3": ("datasync", "describe_location_s3"),
    "datasync.ListTagsForResource": ("datasync", "list_tags_for_resource"),
    "resourcegroupstaggingapi.GetResources": ("resourcegroupstaggingapi", "get_resources"),
}


async def main(calls: dict[str, int]) -> float:
    """The writes first, so that the lists have as much to show as those of the server had."""
    unknown = calls.keys() - WRITES - READS.keys()
    few = sum(calls[name] for name in unknown) < sum(calls.values()) / 100
    assert few, f"not imitated: {unknown}"
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:
        await gateway.bind(LAB).call("datasync", Access.READ, "list_tasks")
        before = time.process_time()
        roles = await many(calls["iam.CreateRole"], lambda i: role(gateway, i))
        locations = await many(
            calls["datasync.CreateLocationS3"],
            lambda i: create_location(
                gateway.bind(LAB), S3Spec(bucket_arn=BUCKET), roles[i], tags(i)
            ),
        )
        tasks = await many(calls["datasync.CreateTask"], lambda i: task(gateway, locations, i))
        for name, (service, operation) in READS.items():
            params = {
                "list_tasks": {"MaxResults": 100},
                "list_locations": {"MaxResults": 100},
                "describe_task": {"TaskArn": tasks[0]},
                "describe_location_s3": {"LocationArn": locations[0]},
                "list_tags_for_resource": {"ResourceArn": tasks[0]},
                "get_resources": {
                    "ResourceTypeFilters": ["datasync:task"],
                    "ResourcesPerPage": 100,
                    "TagFilters": [
                        {"Key": key, "Values": [value]} for key, value in own_tags(ORG).items()
                    ],
                },
            }[operation]

            def read(
                _: int, service: str = service, operation: str = operation, params: Any = params
            ) -> Awaitable[Any]:
                return gateway.bind(LAB).call(service, Access.READ, operation, **params)

            await many(calls.get(name, 0), read)
        return time.process_time() - before


async def many(count: int, one: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """A number of requests of one kind, some of them concurrent."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def held(index: int) -> Any:
        async with slots:
            for _ in range(TRIES):
                try:
                    return await one(index)
                except Upstream:  # moto's own threads got into each other's way
                    continue
            return await one(index)

    return await asyncio.gather(*(held(index) for index in range(count)))


def tags(index: int) -> tuple[Tag, ...]:
    own = tuple(Tag(key, value) for key, value in own_tags(ORG).items())
    return (*own, Tag("spinup:spaceid", "g"), Tag("datasync-api:operation", f"{index:036}"))


async def role(gateway: Gateway, index: int) -> str:
    return await ensure_role(
        gateway.bind(LAB), f"role-{index}", f"/spinup/{ORG}/g/", Resource(BUCKET), tags(index)
    )


async def task(gateway: Gateway, locations: list[str], index: int) -> str:
    ends = locations[2 * index], locations[2 * index + 1]
    return await create_task(
        gateway.bind(LAB), f"m-{index}", ends, tags(index), settings_of(NO_SETTINGS)
    )


if __name__ == "__main__":
    print(asyncio.run(main(json.loads(sys.argv[1]))))  # noqa: T201 - for who started it
