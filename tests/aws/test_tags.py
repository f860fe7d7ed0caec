"""Tags: of one resource as they are now, and the resources that carry some."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.aws.client.gateway import Gateway
from graph.aws.tags import carries, encoded, tag_values, tagged, tags_of, value_of
from graph.model.errors import NotFound
from graph.model.mover import GROUP_TAG, ORG_TAG, Tag
from graph.sandbox import Sandbox
from tests import leftover
from tests.test_call_counts import many
from tests.world import LAB, ORG

TAGS = st.lists(
    st.builds(Tag, st.sampled_from(["a", "b", "A"]), st.sampled_from(["", "x", "X"])),
    unique_by=lambda tag: tag.key,
)


@given(tags=TAGS, wanted=TAGS)
def test_every_wanted_tag_has_to_be_there_with_exactly_its_value(
    tags: list[Tag], wanted: list[Tag]
) -> None:
    assert carries(tags, {tag.key: tag.value for tag in wanted}) is (set(wanted) <= set(tags))


@given(tags=TAGS)
def test_tags_come_back_from_requests_as_they_were(tags: list[Tag]) -> None:
    assert list(tag_values(encoded(tags))) == tags
    assert all(value_of(tags, tag.key) == tag.value for tag in tags)


@pytest.mark.parametrize("given_tag", [{"Key": "a"}, {"Key": "a", "Value": None}])
def test_a_tag_without_a_value_has_an_empty_one(given_tag: dict[str, Any]) -> None:
    (tag,) = tag_values([given_tag])
    assert tag == Tag("a", "")
    assert value_of([tag], "b") is None


async def test_resources_are_found_by_their_kind_and_all_of_the_tags(
    aws: Sandbox, gateway: Gateway
) -> None:
    one, two = many(aws, 2)
    two.tags = two.tags | {GROUP_TAG: "h"}
    account = gateway.bind(LAB)

    async def found(kind: str, **wanted: list[str]) -> set[str]:
        keys = {"org": ORG_TAG, "group": GROUP_TAG}
        return set(await tagged(account, (kind,), {keys[k]: v for k, v in wanted.items()}))

    assert await found("task", org=[ORG]) == {one.arn, two.arn}
    assert await found("task", org=[ORG], group=["g", "x"]) == {one.arn}
    assert await found("task", org=[ORG], group=["g", "h"]) == {one.arn, two.arn}
    assert await found("task", org=["other"], group=["g"]) == set()
    assert await found("location", org=[ORG]) == set()


async def test_the_tags_of_a_resource_are_as_they_are_now_and_of_one_that_is_gone_not_found(
    aws: Sandbox, gateway: Gateway
) -> None:
    (task,) = many(aws, 1)
    assert carries(await tags_of(gateway, task.arn), {ORG_TAG: ORG, GROUP_TAG: "g"})
    task.tags = {"team": "blue"}
    assert await tags_of(gateway, task.arn) == (Tag("team", "blue"),)
    leftover.datasync().delete_task(task.arn)
    with pytest.raises(NotFound):
        await tags_of(gateway, task.arn)
