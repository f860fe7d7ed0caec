"""Which tags callers may set: those of the server and of AWS are theirs alone."""

from __future__ import annotations

import pytest

from graph.model.errors import Invalid
from graph.model.mover import MOST_TAGS, OWN_TAGS, Tag
from graph.task_settings.tags import callers_tags, check_tags


def refused(*tags: Tag, **more: bool) -> tuple[str, ...]:
    told_apart = str if more.get("by_case") else str.lower
    with pytest.raises(Invalid) as caught:
        check_tags(tags, ("overrides", "tags"), told_apart=told_apart)
    return caught.value.path


@pytest.mark.parametrize("key", sorted(OWN_TAGS | {"aws:x", "AWS:x", "", "\u00e9", "a" * 129}))
def test_a_key_that_is_not_the_callers_is_refused_at_its_place(key: str) -> None:
    for by_case in (True, False):
        where = refused(Tag("a", "1"), Tag(key, "2"), by_case=by_case)
        assert where == ("overrides", "tags", "1")


def test_keys_that_differ_in_case_are_one_where_iam_has_them() -> None:
    assert refused(Tag("a", "1"), Tag("A", "1")) == ("overrides", "tags", "0")
    check_tags((Tag("a", "1"), Tag("A", "1")), told_apart=str)


@pytest.mark.parametrize("by_case", [True, False])
def test_a_key_that_is_given_twice_is_said_to_be_one_as_it_is_told_apart(*, by_case: bool) -> None:
    with pytest.raises(Invalid, match="is given twice") as caught:
        check_tags((Tag("a", "1"), Tag("a", "2")), told_apart=str if by_case else str.lower)
    assert ("Case is ignored" in caught.value.message) != by_case


def test_there_is_room_for_the_tags_of_the_server() -> None:
    many = tuple(Tag(str(number), "x") for number in range(MOST_TAGS + 1))
    check_tags(many[1:])
    assert refused(*many) == ("overrides", "tags")


def test_what_is_not_the_callers_is_left_out() -> None:
    own = tuple(Tag(key, "x") for key in (*OWN_TAGS, "aws:a", "AWS:b"))
    assert callers_tags((*own, Tag("a", "1"))) == (Tag("a", "1"),)
