"""Movers with a location in another region: each call goes to the region of its ARN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location
from graph.aws.tags import tags_of
from graph.aws.tasks import tasks_using
from graph.model.errors import Invalid
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.world import LAB, ORG, ask, ended, furnish, serving

FAR = "eu-west-1"
HOME = "us-east-1"
SHOWN = """query($id: ID!) { node(id: $id) { ... on Mover {
  status source { uri } destination { uri } runs { nodes { outcome } } } } }"""
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { status } errors { code } } }"
DELETE = """mutation($id: ID!) { deleteMover(input: {mover: $id}) {
  operation { id } errors { code message } } }"""


def backend(region: str) -> Any:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    return datasync_backends[LAB][region]


def location(aws: Sandbox, region: str, bucket: str) -> str:
    role = aws.role(
        LAB,
        f"reader-{region}",
        service="datasync.amazonaws.com",
        bucket=bucket,
        path=f"/spinup/{ORG}/g/",
    )
    given = {"S3BucketArn": f"arn:aws:s3:::{bucket}", "S3Config": {"BucketAccessRoleArn": role}}
    return str(backend(region).create_location("S3", None, given).arn)


def mover(aws: Sandbox, regions: tuple[str, str]) -> str:
    """The ARN of a task at home, between locations in the regions."""
    furnish(aws, LAB, a=b"1")
    tags = {"org": ORG, "spaceid": "g", "type": "storage", "flavor": "datamover"}
    task = backend(HOME).create_task(
        {
            "SourceLocationArn": location(aws, regions[0], f"from-{LAB}"),
            "DestinationLocationArn": location(aws, regions[1], f"to-{LAB}"),
            "Name": "one",
            "Tags": [{"Key": f"spinup:{key}", "Value": value} for key, value in tags.items()],
        }
    )
    aws.set_pace(launch=0, phase=0, per_object=0, tasks=100)
    return str(task.arn)


@pytest.mark.parametrize("regions", [(FAR, HOME), (HOME, FAR)])
async def test_a_mover_with_a_location_in_another_region_is_shown_started_and_deleted(
    aws: Sandbox, tmp_path: Path, regions: tuple[str, str]
) -> None:
    variables = {"id": encode("Mover", mover(aws, regions))}
    async with serving(tmp_path) as client:
        shown = (await ask(client, SHOWN, **variables))["node"]
        assert shown["source"]["uri"] == f"s3://from-{LAB}/"
        assert shown["destination"]["uri"] == f"s3://to-{LAB}/"
        started = (await ask(client, START, **variables))["startMover"]
        assert started["errors"] == []
        aws.turn(1_000)
        shown = (await ask(client, SHOWN, **variables))["node"]
        assert [run["outcome"] for run in shown["runs"]["nodes"]] == ["SUCCEEDED"]
        payload = (await ask(client, DELETE, **variables))["deleteMover"]
        assert payload["errors"] == []
        operation = await ended(client, payload["operation"]["id"])
        assert operation["status"] == "COMPLETED", operation
    assert not backend(HOME).tasks
    assert not backend(HOME).locations
    assert not backend(FAR).locations


async def test_a_location_that_another_task_uses_stays_whatever_its_region(
    aws: Sandbox, gateway: Gateway
) -> None:
    task_arn = mover(aws, (FAR, HOME))
    task = backend(HOME).tasks[task_arn]
    for end in (task.source, task.destination):
        assert await tasks_using(gateway, end.arn) == [task_arn]
        shown = await describe_location(gateway, end.arn)
        assert shown is not None
        assert shown.arn == end.arn


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:datasync:us-nowhere-7:{LAB}:location/loc-{'0' * 17}",
        f"arn:aws-cn:datasync:cn-north-1:{LAB}:location/loc-{'0' * 17}",
        f"arn:aws:datasync:cn-north-1:{LAB}:location/loc-{'0' * 17}",
        f"arn:aws:datasync:{FAR}::location/loc-{'0' * 17}",
        "arn:nonsense",
    ],
)
async def test_what_this_server_cannot_reach_is_invalid_before_any_call(
    aws: Sandbox, gateway: Gateway, arn: str
) -> None:
    for read in (describe_location, tags_of, tasks_using):
        with pytest.raises(Invalid):
            await read(gateway, arn)
    assert aws.interceptor.counts() == {}
