"""Movers: their group, and the tags that are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.mover import (
    AWS_TAGS,
    GROUP_TAG,
    HIDDEN_TAGS,
    MOST_TAGS,
    OPERATION_TAG,
    OWN_TAGS,
    PART_TAG,
    Account,
    Mover,
    Tag,
    own_tags,
)
from tests.world import LAB, ORG

KEYS = st.sampled_from([*sorted(OWN_TAGS), "team", "Spinup:Spaceid", "spinup:spaceid "])
TAGS = st.lists(st.builds(Tag, KEYS, st.text(max_size=3)), unique_by=lambda tag: tag.key)


def mover(tags: list[Tag]) -> Mover:
    return Mover(
        account=Account(LAB, "us-east-1"),
        task_arn=f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}",
        name="one",
        status="AVAILABLE",
        mode="BASIC",
        tags=tuple(tags),
    )


@given(tags=TAGS)
def test_all_tags_are_shown_in_their_order_but_for_those_of_the_server(tags: list[Tag]) -> None:
    shown = mover(tags).shown_tags
    assert [tag for tag in tags if tag in shown] == list(shown)
    assert {tag.key for tag in tags} - {tag.key for tag in shown} <= HIDDEN_TAGS
    assert not {tag.key for tag in shown} & {OPERATION_TAG, PART_TAG}


@pytest.mark.parametrize(
    ("key", "group"),
    [(GROUP_TAG, "g"), (GROUP_TAG.upper(), None), (GROUP_TAG + " ", None), ("spaceid", None)],
)
def test_the_group_is_the_value_of_exactly_its_tag(key: str, group: str | None) -> None:
    assert mover([Tag("team", "x"), Tag(key, "g")]).group == group


def test_a_group_may_have_an_empty_name_and_is_then_not_none() -> None:
    assert mover([Tag(GROUP_TAG, "")]).group == ""
    assert mover([]).group is None


def test_a_mover_with_as_many_tags_as_it_may_have_fits_into_what_aws_allows() -> None:
    of_a_mover = {*own_tags(ORG), GROUP_TAG, OPERATION_TAG}
    of_a_location = {*of_a_mover, PART_TAG}
    assert of_a_location <= OWN_TAGS
    assert MOST_TAGS + len(of_a_location) <= AWS_TAGS
