"""A location that exists is read as the specification that would create it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.locations import kind_of_spec
from graph.locations.changing import CHANGEABLE
from graph.locations.present import kept_secret, spec_of
from graph.model.location import Location
from graph.sandbox import Sandbox
from tests.locations.made import made
from tests.locations.samples import SPECS
from tests.locations.service import HOME

UNSEEN = {"kerberos_krb5_conf"}
"""What DataSync does not show."""


@pytest.mark.parametrize("name", SPECS)
def test_what_was_created_is_read_again(aws: Sandbox, name: str) -> None:
    spec = SPECS[name]
    found = spec_of(made(aws, spec), HOME)
    for field in CHANGEABLE[kind_of_spec(spec).name]:
        wanted, read = getattr(spec, field), getattr(found, field)
        if field not in UNSEEN and wanted is not None:
            assert (read.strip("/") if field == "subdirectory" else read) == (
                wanted.strip("/") if field == "subdirectory" else wanted
            ), field


@pytest.mark.parametrize("name", ["SMB with Kerberos", "HDFS with Kerberos", "Azure Blob"])
def test_a_secret_that_aws_keeps_has_a_placeholder(aws: Sandbox, name: str) -> None:
    location = made(aws, SPECS[name])
    described = {k: v for k, v in location.described.items() if k != "CustomSecretConfig"}
    found = spec_of(replace(location, described=described), HOME)
    assert found is not None
    assert getattr(found, "secret", None) == kept_secret(HOME)


@pytest.mark.parametrize("kind", ["HDFS", "EFS", "FSX_LUSTRE", "NEW_KIND", "AZURE_BLOB"])
def test_what_cannot_be_told_is_no_specification(kind: str) -> None:
    arn = f"arn:aws:datasync:us-east-1:{HOME.account_id}:location/loc-{'0' * 17}"
    location = Location(arn=arn, kind=kind, uri="x://y/", created_at=None, described={})
    assert spec_of(location, HOME) is None
