"""Changes of locations: what is sent for each kind, and what is refused before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.locations import KINDS, kind_of_spec
from graph.locations.changing import CHANGEABLE, revision_of, update_of
from graph.model.errors import Conflict, Invalid
from graph.model.location import Location
from graph.model.location_specs import NameNodeSpec, OntapSmbSpec, SecretSpec
from graph.sandbox import Sandbox
from tests import leftover
from tests.locations.made import end_of, made
from tests.locations.samples import AGENTS, GOOGLE, HERE, PEM, ROLE, SECRET, SPECS
from tests.locations.service import HOME, MODEL

PATH = ("change", "x")
OTHER = SecretSpec(secret_arn=SECRET.secret_arn.replace("nas", "new"), access_role_arn=ROLE)
NEW: dict[str, Any] = {
    "subdirectory": "/new",
    "storage_class": "STANDARD_IA",
    "server_hostname": "new.example",
    "agent_arns": (*AGENTS, AGENTS[0][:-1] + "1"),
    "version": "AUTOMATIC",
    "user": "new",
    "domain": "new.example",
    "secret": OTHER,
    "kerberos_principal": "new/host@EXAMPLE.COM",
    "kerberos_krb5_conf": "[realms]\n",
    "dns_ip_addresses": ("10.0.0.9",),
    "simple_user": "new",
    "name_nodes": (NameNodeSpec(hostname="new.example", port=8021),),
    "block_size": 2_097_152,
    "replication_factor": 5,
    "kms_key_provider_uri": "kms://http@new.example:9600/kms",
    "rpc_protection": "INTEGRITY",
    "data_transfer_protection": "DISABLED",
    "server_port": 9443,
    "server_protocol": "HTTPS",
    "access_key": "new",
    "server_certificate": PEM + PEM,
    "access_tier": "ARCHIVE",
    "access_point_arn": f"arn:aws:elasticfilesystem:{HERE}:access-point/fsap-9876abcd",
    "file_system_access_role_arn": f"{ROLE}-new",
    "smb": OntapSmbSpec(user="new", secret=OTHER, version="SMB3"),
    "federated_identity": replace(GOOGLE, project_name="new-project"),
}
ONLY = {"authentication_type", "in_transit_encryption"}
"""Changed together with other members: see below."""
CASES = [
    (name, field)
    for name, spec in SPECS.items()
    for field in CHANGEABLE[kind_of_spec(spec).name]
    if field not in ONLY
    and (getattr(spec, field) is not None or field == "version")
    and not (name == "S3 on Outposts" and field == "storage_class")
    and not ("Azure" in name and field == "federated_identity")
    and getattr(spec, field) != ()
]


def value_for(name: str, field: str) -> Any:
    zfs = field == "subdirectory" and "ZFS" in name
    return "/fsx/new" if zfs else NEW[field]


@pytest.mark.parametrize(("name", "field"), CASES)
def test_a_new_value_is_sent_as_the_service_takes_it_and_once(
    aws: Sandbox, name: str, field: str
) -> None:
    spec = SPECS[name]
    location = made(aws, spec)
    aws.agent(HOME.account_id, agent_id="0" * 16 + "1")
    kind = KINDS[location.kind]
    change = {field: value_for(name, field)}
    params = update_of(location, change, HOME, PATH).params
    shape = MODEL.operation_model(f"UpdateLocation{end_of(kind.operation)}").input_shape
    assert params
    assert params.keys() <= shape.members.keys() - {"LocationArn"}
    backend = leftover.datasync()
    backend.update_location(location.kind, location.arn, params)
    found = backend.location(location.arn)
    described = {k: v for k, v in found.describe().items() if k != "LocationArn"}
    after = replace(location, uri=found.uri, described=described)
    if field != "kerberos_krb5_conf":
        assert update_of(after, change, HOME, PATH).params == {}
        assert revision_of(after) != revision_of(location)


def test_every_kind_and_every_member_of_the_service_is_changeable_or_known() -> None:
    left = {"BlobType", "CmkSecretConfig", "Password", "KerberosKeytab", "SecretKey"}
    left |= {"SasConfiguration", "S3Config", "LocationArn"}
    of_agents = {"OBJECT_STORAGE", "AZURE_BLOB"}
    assert CHANGEABLE.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        shape = MODEL.operation_model(f"UpdateLocation{end_of(kind.operation)}").input_shape
        fields = len(shape.members.keys() - left - ({"AgentArns"} if name in of_agents else set()))
        nested = {"HDFS": 1}.get(name, 0)
        assert len(CHANGEABLE[name]) == fields + nested, name


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("NFS", {"server_hostname": "a b"}, "serverHostname"),
        ("NFS", {"agent_arns": ()}, "agentArns"),
        ("SMB", {"authentication_type": "KERBEROS"}, "secret"),
        ("SMB", {"authentication_type": "KERBEROS", "secret": OTHER}, "kerberosPrincipal"),
        ("SMB", {"kerberos_principal": "p"}, "kerberosPrincipal"),
        ("FSx for ONTAP", {"smb": NEW["smb"]}, "smb"),
        ("EFS", {"file_system_access_role_arn": ROLE}, "inTransitEncryption"),
    ],
)
def test_what_does_not_go_together_is_refused_with_its_place(
    aws: Sandbox, name: str, change: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        update_of(made(aws, SPECS[name]), change, HOME, PATH)
    assert refused.value.path == (*PATH, place)


def test_another_authentication_displaces_what_belongs_to_the_old_one(aws: Sandbox) -> None:
    change = {
        "authentication_type": "KERBEROS",
        "secret": OTHER,
        "kerberos_principal": "sync/host@EXAMPLE.COM",
        "kerberos_krb5_conf": "[libdefaults]\n",
    }
    update = update_of(made(aws, SPECS["SMB"]), change, HOME, PATH)
    assert update.params.keys() == {
        *("AuthenticationType", "CustomSecretConfig", "KerberosPrincipal", "KerberosKrb5Conf"),
    }


def test_an_identity_displaces_a_key(aws: Sandbox) -> None:
    location = made(aws, SPECS["object storage"])
    update = update_of(location, {"federated_identity": GOOGLE}, HOME, PATH)
    assert update.params.keys() == {"FederatedIdentity"}


def test_placeholders_are_neither_sent_nor_used(aws: Sandbox) -> None:
    location = made(aws, SPECS["SMB with Kerberos"])
    described = {k: v for k, v in location.described.items() if k != "CustomSecretConfig"}
    managed = replace(location, described=described)
    update = update_of(managed, {"version": "SMB2"}, HOME, PATH)
    assert update.params == {"MountOptions": {"Version": "SMB2"}}
    assert [each.arn for each in update.resources] == list(AGENTS)


def test_a_location_that_cannot_be_read_is_not_changed() -> None:
    arn = f"arn:aws:datasync:us-east-1:{HOME.account_id}:location/loc-{'0' * 17}"
    unknown = Location(arn=arn, kind="HDFS", uri="hdfs://x/", created_at=None, described={})
    with pytest.raises(Conflict, match="cannot be told"):
        update_of(unknown, {"subdirectory": "/x"}, HOME, PATH)
