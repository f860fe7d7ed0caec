"""Every table that tells locations apart knows every kind."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from graphql import GraphQLInputObjectType
from hypothesis import given
from hypothesis import strategies as st

from graph.app import graphql_schema
from graph.locations import CREATABLE, KINDS, Home, kind_of
from graph.locations.arns import check_subdirectory
from graph.model.errors import Invalid
from graph.model.location import EfsSpec, S3Spec
from graph.sandbox.datasync.kinds import KINDS as SANDBOX_KINDS
from graph.schema.locations import TYPES
from rest_compat.requests import _LOCATION
from tests.world import LAB

MODEL: Any = botocore.session.get_session().get_service_model("datasync")
OPERATIONS = {xform_name(name) for name in MODEL.operation_names}


def test_the_service_the_sandbox_and_graphql_have_the_same_kinds() -> None:
    ends = {
        name.removeprefix("describe_location_")
        for name in OPERATIONS
        if name.startswith("describe_location_")
    }
    assert {kind.operation for kind in KINDS.values()} == ends
    assert KINDS.keys() == SANDBOX_KINDS.keys() == TYPES.keys()
    for name, kind in KINDS.items():
        assert (kind.scheme, kind.operation) == SANDBOX_KINDS[name][1::-1]
        for scheme in (kind.scheme, *kind.more_schemes):
            assert kind_of(f"{scheme}://host/path/") == name
    assert kind_of("new-kind://host/") == "NEW_KIND"


def test_what_can_be_created_is_an_input_of_graphql_and_of_rest() -> None:
    types = graphql_schema().core.type_map
    location = types["LocationInput"]
    assert isinstance(location, GraphQLInputObjectType)
    assert set(location.fields) == {name.lower() for name in CREATABLE}
    assert set(_LOCATION.members) - {"Type"} == set(CREATABLE)
    for name, creation in CREATABLE.items():
        members = {field.name for field in fields(creation.spec)}
        assert members == set(creation.rest)
        given_type: Any = location.fields[name.lower()].type
        assert {re.sub("([A-Z])", r"_\1", field).lower() for field in given_type.fields} == members


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_rest_shows_is_in_the_description_of_the_service(name: str) -> None:
    kind = KINDS[name]
    operation = {xform_name(each): each for each in MODEL.operation_names}
    described = operation[f"describe_location_{kind.operation}"]
    members = MODEL.operation_model(described).output_shape.members
    assert set(kind.members or ()) <= set(members)


def allowed_by_model(shape: str, text: str) -> bool:
    spaces = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    found = MODEL.shape_for(shape).metadata
    pattern = found["pattern"].replace(r"\p{Zs}", spaces)
    return len(text) <= found["max"] and re.fullmatch(pattern, text) is not None


def passes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Invalid:
        return False
    return True


@given(text=st.text(st.sampled_from("aZ0 _-+./()*\t\n\u00a0\u3000\u00e9\u200b,"), max_size=12))
def test_a_subdirectory_is_refused_if_and_only_if_the_service_refuses_it(text: str) -> None:
    for shape in ("S3Subdirectory", "EfsSubdirectory"):
        assert passes(check_subdirectory, text, ()) is allowed_by_model(shape, text)


HOME = Home(LAB, "us-east-1", "aws")


@given(name=st.text(st.sampled_from("aZ0-_. /:*\n\u00e9"), max_size=8))
def test_a_bucket_is_refused_if_and_only_if_the_service_refuses_it(name: str) -> None:
    spec = S3Spec(bucket_arn=f"arn:aws:s3:::{name}")
    wanted = allowed_by_model("S3BucketArn", spec.bucket_arn)
    assert passes(CREATABLE["S3"].check, spec, HOME, ()) is wanted


IDS = st.text(st.sampled_from("0af-Gx"), max_size=10) | st.just("0123abcd")


@given(ids=st.tuples(IDS, IDS, IDS))
def test_an_efs_location_is_accepted_only_if_the_service_accepts_it(
    ids: tuple[str, str, str],
) -> None:
    """The pinned model allows more; newer ones have the forms that are required here."""
    spec = EfsSpec(
        filesystem_arn=f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/fs-{ids[0]}",
        subnet_arn=f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-{ids[1]}",
        security_group_arns=(f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-{ids[2]}",),
    )
    forms = ("[0-9a-f]{8,40}", "[0-9a-f]+", "[0-9a-f]+")
    wanted = all(re.fullmatch(form, given) for form, given in zip(forms, ids, strict=True))
    assert passes(CREATABLE["EFS"].check, spec, HOME, ()) is wanted
    if wanted:
        assert allowed_by_model("EfsFilesystemArn", spec.filesystem_arn)
        assert allowed_by_model("Ec2SubnetArn", spec.subnet_arn)
        assert allowed_by_model("Ec2SecurityGroupArn", spec.security_group_arns[0])
