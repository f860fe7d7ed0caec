"""What earlier attempts have created is found again, with few calls in a large account."""

from __future__ import annotations

import pytest

from graph.aws.client.gateway import Gateway
from graph.aws.locations import create_location, delete_location, made_locations
from graph.model.location_specs import S3Spec
from graph.model.mover import OPERATION_TAG, ORG_TAG, PART_TAG, Tag
from graph.sandbox import Sandbox
from tests.world import LAB, ORG

SPEC = S3Spec(bucket_arn=f"arn:aws:s3:::from-{LAB}")
MANY = 12


@pytest.fixture
async def crowd(aws: Sandbox, gateway: Gateway) -> list[str]:
    """The locations of many operations, all in one bucket; the first has no tags at all."""
    aws.bucket(LAB, f"from-{LAB}")
    role = aws.role(LAB, "r", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    made = [await create_location(gateway.bind(LAB), SPEC, role, ())]
    for number in range(MANY):
        tags = marks(str(number)) | {ORG_TAG: ORG}
        given = tuple(Tag(key, value) for key, value in tags.items())
        made.append(await create_location(gateway.bind(LAB), SPEC, role, given))
    return made


def marks(operation: str) -> dict[str, str]:
    return {OPERATION_TAG: operation, PART_TAG: "source"}


async def test_of_many_locations_that_of_an_operation_is_found_for_a_few_calls(
    aws: Sandbox, gateway: Gateway, crowd: list[str]
) -> None:
    aws.interceptor.forget_calls()
    for number in range(MANY):
        found = await made_locations(gateway.bind(LAB), SPEC, marks(str(number)))
        assert found == [crowd[number + 1]]
    assert await made_locations(gateway.bind(LAB), SPEC, marks("another")) == []
    calls = aws.interceptor.counts()
    assert calls["resourcegroupstaggingapi.GetResources"] == 1
    assert calls["datasync.ListTagsForResource"] == MANY + 1  # the one without tags, each time


async def test_what_the_tagging_api_does_not_show_yet_is_asked_for_once(
    aws: Sandbox, gateway: Gateway, crowd: list[str]
) -> None:
    aws.set_pace(tagging_lag=86_400)
    aws.interceptor.forget_calls()
    for number in range(MANY):
        found = await made_locations(gateway.bind(LAB), SPEC, marks(str(number)))
        assert found == [crowd[number + 1]]
    calls = aws.interceptor.counts()
    assert calls["datasync.ListTagsForResource"] == MANY + MANY  # each once, and the one without


async def test_both_marks_have_to_fit(gateway: Gateway, crowd: list[str]) -> None:
    wanted = marks("3") | {PART_TAG: "destination"}
    assert await made_locations(gateway.bind(LAB), SPEC, wanted) == []


async def test_what_was_deleted_is_not_found_again(
    aws: Sandbox, gateway: Gateway, crowd: list[str]
) -> None:
    assert await made_locations(gateway.bind(LAB), SPEC, marks("3")) == [crowd[4]]
    await delete_location(gateway, crowd[4])
    assert await made_locations(gateway.bind(LAB), SPEC, marks("3")) == []
