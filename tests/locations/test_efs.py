"""EFS locations: what is accepted, and the resources of an existing one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.locations import CREATABLE
from graph.model.location_specs import EfsSpec
from tests.locations.existing import GROUPS, NETWORK, SUBNET, at
from tests.locations.service import HOME, allowed_by_model, passes
from tests.world import LAB, OTHER

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


PLACES = st.tuples(st.sampled_from(("us-east-1", "eu-west-1")), st.sampled_from((LAB, OTHER, "")))


@given(file_system=PLACES, subnet=PLACES, group=PLACES)
def test_only_the_network_may_be_of_another_account_that_shares_it(
    file_system: tuple[str, str], subnet: tuple[str, str], group: tuple[str, str]
) -> None:
    spec = EfsSpec(
        filesystem_arn=f"arn:aws:elasticfilesystem:{':'.join(file_system)}:file-system/fs-01234567",
        subnet_arn=f"arn:aws:ec2:{':'.join(subnet)}:subnet/subnet-0",
        security_group_arns=(f"arn:aws:ec2:{':'.join(group)}:security-group/sg-0",),
    )
    there = {place[0] for place in (file_system, subnet, group)} == {"us-east-1"}
    wanted = there and file_system[1] == LAB and "" not in (subnet[1], group[1])
    assert passes(CREATABLE["EFS"].check, spec, HOME, ()) is wanted


@pytest.mark.parametrize("host", ["fs-0123abcd", "eu-west-1.fs-0123abcd"])
def test_an_efs_location_with_its_network(host: str) -> None:
    region = host.partition(".")[0] if "." in host else "us-east-1"
    assert [resource.arn for resource in at(f"efs://{host}/a/", "EFS", **NETWORK)] == [
        f"arn:aws:elasticfilesystem:{region}:{LAB}:file-system/fs-0123abcd",
        SUBNET,
        *GROUPS,
    ]
