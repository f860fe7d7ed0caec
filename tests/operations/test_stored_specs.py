"""Specifications of locations as they are stored."""

from __future__ import annotations

import json

import pytest

from graph.model.location_specs import EfsSpec, ExistingSpec, LocationSpec, S3Spec
from graph.model.operation import NewMover
from graph.operations.inputs import CreateInput, decode, encode
from graph.operations.stored_specs import in_first_version, plain, read, shown
from tests.locations.samples import SPECS
from tests.world import LAB

ALL: dict[str, LocationSpec] = {
    **SPECS,
    "S3": S3Spec(bucket_arn="arn:aws:s3:::b"),
    "existing": ExistingSpec(location_arn="arn"),
}
OLD = {"S3", "EFS"}


@pytest.mark.parametrize("name", ALL)
def test_what_is_stored_of_a_location_is_read_as_it_was(name: str) -> None:
    spec = ALL[name]
    assert read(json.loads(json.dumps(plain(spec)))) == spec
    assert in_first_version(spec) is (name in OLD)
    new = NewMover(account_id=LAB, group="g", name="n", source=spec, destination=ALL["S3"])
    stored = encode(CreateInput(new))
    assert json.loads(stored)["version"] == (1 if name in OLD else 2)
    assert decode(stored) == CreateInput(new)


def test_servers_of_the_release_before_find_every_member_that_they_know() -> None:
    spec = EfsSpec(filesystem_arn="f", subnet_arn="s", security_group_arns=("g",))
    assert plain(spec) == {
        "kind": "EFS",
        "filesystem_arn": "f",
        "subnet_arn": "s",
        "security_group_arns": ["g"],
        "subdirectory": None,
    }


def test_a_new_member_changes_a_fingerprint_only_where_it_is_set() -> None:
    old = S3Spec(bucket_arn="b")
    assert shown(old) == "S3Spec(bucket_arn='b', subdirectory=None, storage_class=None)"
    assert shown(S3Spec(bucket_arn="b", agent_arns=("a",))) == (
        "S3Spec(bucket_arn='b', subdirectory=None, storage_class=None, agent_arns=('a',))"
    )
