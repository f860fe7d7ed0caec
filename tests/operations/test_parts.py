"""The names and tags of a new mover's parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.model.location_specs import EfsSpec, S3Spec
from graph.model.mover import OPERATION_TAG, PART_TAG, Tag, own_tags
from graph.model.operation import NewMover
from graph.operations.parts import SIDES, location, marks, role_name, spec_of, tags_for
from tests.world import LAB, ORG

SOURCE = S3Spec(bucket_arn="arn:aws:s3:::from")
DESTINATION = EfsSpec(filesystem_arn="a", subnet_arn="b", security_group_arns=("c",))
CALLERS = (Tag("owner", "me"),)


def mover(name: str = "one") -> NewMover:
    return NewMover(
        account_id=LAB,
        group="g",
        name=name,
        source=SOURCE,
        destination=DESTINATION,
        tags=CALLERS,
    )


@given(st.uuids(), st.text("abc-", min_size=1, max_size=40))
def test_each_role_has_a_name_of_its_own_that_iam_takes(operation: object, name: str) -> None:
    roles = {role_name(str(operation), mover(name), side) for side in SIDES}
    assert len(roles) == 2
    assert max(map(len, roles)) <= 64


@given(st.uuids(), st.uuids())
def test_the_marks_tell_operations_and_sides_apart(one: object, other: object) -> None:
    ids = {str(one), str(other)}
    made = {tuple(sorted(marks(each, side).items())) for each in ids for side in (*SIDES, None)}
    assert len(made) == 3 * len(ids)


def test_a_part_carries_the_tags_of_its_group_its_caller_and_its_operation() -> None:
    tags = tags_for(ORG, "id", mover(), "source")
    keys = [tag.key for tag in tags]
    assert set(own_tags(ORG)) <= set(keys)
    assert keys.index("owner") == len(keys) - 3
    assert {tag.key: tag.value for tag in tags[-2:]} == {OPERATION_TAG: "id", PART_TAG: "source"}
    assert PART_TAG not in {tag.key for tag in tags_for(ORG, "id", mover())}


def test_each_side_has_its_own_specification() -> None:
    assert [(location(side), spec_of(mover(), side)) for side in SIDES] == [
        ("source location", SOURCE),
        ("destination location", DESTINATION),
    ]
