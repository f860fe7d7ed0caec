"""Create calls of locations, as the service's model and its rules allow them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.locations import creation_of, kind_of_spec
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.validation import check
from tests.locations.samples import AGENTS, GOOGLE, KERBEROS, PEM, ROLE, SECRET, SPECS


def call(spec: Any) -> tuple[str, dict[str, Any]]:
    end = "".join(part.capitalize() for part in kind_of_spec(spec).operation.split("_"))
    params = creation_of(spec).params(spec, ROLE)
    if spec.subdirectory is not None:
        params["Subdirectory"] = spec.subdirectory
    return f"CreateLocation{end}", params


@pytest.mark.parametrize("name", SPECS)
def test_what_the_server_sends_is_valid(name: str) -> None:
    check(*call(SPECS[name]))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("S3 on Outposts", {"agent_arns": ()}),
        ("S3 on Outposts", {"storage_class": "STANDARD"}),
        ("S3 on Outposts", {"bucket_arn": "arn:aws:s3:::b"}),
        ("EFS with TLS", {"in_transit_encryption": "NONE"}),
        ("SMB", {"user": None}),
        ("SMB", {"kerberos_principal": "p"}),
        ("SMB", {"secret": None}),
        ("SMB with Kerberos", {"user": "u"}),
        ("SMB with Kerberos", {"kerberos_krb5_conf": None}),
        ("HDFS", {"simple_user": None}),
        ("HDFS", {"secret": SECRET}),
        ("HDFS", KERBEROS | {"secret": None}),
        ("object storage", {"secret": None}),
        ("object storage", {"federated_identity": GOOGLE}),
        ("object storage", {"server_protocol": "HTTP", "server_certificate": PEM}),
        ("Azure Blob", {"secret": None}),
        ("Azure Blob in public", {"secret": SECRET}),
        ("Azure Blob with OIDC", {"federated_identity": None}),
        ("FSx for OpenZFS", {"subdirectory": "/a"}),
        ("FSx for Windows", {"secret": None}),
        ("NFS", {"agent_arns": AGENTS * 9}),
    ],
)
def test_what_does_not_go_together_is_refused(name: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestException):
        check(*call(replace(SPECS[name], **change)))


def test_a_secret_is_given_in_one_way_and_one_protocol_is_used() -> None:
    operation, params = call(SPECS["FSx for Windows"])
    with pytest.raises(InvalidRequestException):
        check(operation, params | {"Password": "hidden"})
    operation, params = call(SPECS["FSx for ONTAP"])
    with pytest.raises(InvalidRequestException):
        check(operation, params | {"Protocol": {}})
