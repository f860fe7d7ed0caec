"""Specifications of locations of every kind, and the inputs that ask for them."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from graph.locations import place_of
from graph.locations.kind import camel
from graph.model.location_specs import (
    AzureBlobSpec,
    AzureIdentitySpec,
    EfsSpec,
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
    GoogleIdentitySpec,
    HdfsSpec,
    LocationSpec,
    NameNodeSpec,
    NewLocationSpec,
    NfsSpec,
    ObjectStorageSpec,
    OntapSmbSpec,
    S3Spec,
    SecretSpec,
    SmbSpec,
)
from tests.world import LAB

HERE = f"us-east-1:{LAB}"
ROLE = f"arn:aws:iam::{LAB}:role/reads-secrets"
SECRET = SecretSpec(
    secret_arn=f"arn:aws:secretsmanager:{HERE}:secret:lab/nas-AbCdEf", access_role_arn=ROLE
)
AGENTS = (f"arn:aws:datasync:{HERE}:agent/agent-{'0' * 17}",)
GROUPS = (f"arn:aws:ec2:{HERE}:security-group/sg-0123",)
FSX = f"arn:aws:fsx:{HERE}:file-system/fs-0123456789abcdef0"
MACHINE = f"arn:aws:fsx:{HERE}:storage-virtual-machine/fs-0123456789abcdef0/svm-{'4' * 17}"
EFS = f"arn:aws:elasticfilesystem:{HERE}:file-system/fs-12345678"
SUBNET = f"arn:aws:ec2:{HERE}:subnet/subnet-0123"
OUTPOST = f"arn:aws:s3-outposts:{HERE}:outpost/op-0123/accesspoint/point"
GUID = "01234567-89ab-cdef-0123-456789abcdef"
URL = "https://lab.blob.core.windows.net/box"
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
FS: dict[str, Any] = {"filesystem_arn": FSX, "security_group_arns": GROUPS}
NODES = (NameNodeSpec(hostname="name.example", port=8020),)
KERBEROS: dict[str, Any] = {
    "authentication_type": "KERBEROS",
    "kerberos_principal": "sync/host@EXAMPLE.COM",
    "kerberos_krb5_conf": "[libdefaults]\n",
    "secret": SECRET,
}
GOOGLE = GoogleIdentitySpec(
    role_arn=ROLE,
    project_name="lab-project",
    project_number="123456",
    identity_pool_name="lab-pool",
    identity_provider_name="lab-provider",
)
SHARE: dict[str, Any] = {
    "server_hostname": "win.example",
    "subdirectory": "/share$",
    "agent_arns": AGENTS,
}

SPECS: dict[str, NewLocationSpec] = {
    "S3 on Outposts": S3Spec(bucket_arn=OUTPOST, agent_arns=AGENTS, subdirectory="/a"),
    "EFS": EfsSpec(filesystem_arn=EFS, subnet_arn=SUBNET, security_group_arns=GROUPS),
    "EFS with TLS": EfsSpec(
        filesystem_arn=EFS,
        subnet_arn=SUBNET,
        security_group_arns=GROUPS,
        subdirectory="/a",
        access_point_arn=f"arn:aws:elasticfilesystem:{HERE}:access-point/fsap-12345678",
        file_system_access_role_arn=ROLE,
        in_transit_encryption="TLS1_2",
    ),
    "NFS": NfsSpec(
        server_hostname="nas.example", subdirectory="/export", agent_arns=AGENTS, version="NFS4_1"
    ),
    "SMB": SmbSpec(**SHARE, secret=SECRET, user="sync", domain="corp.example", version="SMB3"),
    "SMB with Kerberos": SmbSpec(**SHARE, **KERBEROS, dns_ip_addresses=("10.0.0.2", "fd00::2")),
    "HDFS": HdfsSpec(
        name_nodes=NODES,
        authentication_type="SIMPLE",
        agent_arns=AGENTS,
        simple_user="sync",
        block_size=1_048_576,
        replication_factor=2,
        kms_key_provider_uri="kms://https@kms1.example;kms2.example:9600/kms",
        rpc_protection="PRIVACY",
        data_transfer_protection="INTEGRITY",
    ),
    "HDFS with Kerberos": HdfsSpec(name_nodes=NODES, agent_arns=AGENTS, **KERBEROS),
    "object storage": ObjectStorageSpec(
        server_hostname="minio.example",
        bucket_name="store",
        server_port=9000,
        access_key="lab",
        secret=SECRET,
        server_certificate=PEM,
        agent_arns=AGENTS,
    ),
    "object storage at Google": ObjectStorageSpec(
        server_hostname="storage.googleapis.com", bucket_name="store", federated_identity=GOOGLE
    ),
    "Azure Blob": AzureBlobSpec(
        container_url=URL, authentication_type="SAS", secret=SECRET, access_tier="COOL"
    ),
    "Azure Blob with OIDC": AzureBlobSpec(
        container_url=URL,
        authentication_type="OIDC",
        federated_identity=AzureIdentitySpec(role_arn=ROLE, tenant_id=GUID, client_id=GUID),
        subdirectory="/a",
    ),
    "Azure Blob in public": AzureBlobSpec(container_url=URL, authentication_type="NONE"),
    "FSx for Lustre": FsxLustreSpec(**FS, subdirectory="/a"),
    "FSx for OpenZFS": FsxOpenZfsSpec(**FS, subdirectory="/fsx/a", version="NFS4_2"),
    "FSx for ONTAP": FsxOntapSpec(
        storage_virtual_machine_arn=MACHINE, security_group_arns=GROUPS, subdirectory="/vol1"
    ),
    "FSx for ONTAP with SMB": FsxOntapSpec(
        storage_virtual_machine_arn=MACHINE,
        security_group_arns=GROUPS,
        smb=OntapSmbSpec(user="sync", secret=SECRET, domain="corp.example"),
    ),
    "FSx for Windows": FsxWindowsSpec(**FS, user="sync", secret=SECRET, domain="corp.example"),
}


def as_input(spec: LocationSpec) -> dict[str, Any]:
    """The value of ``LocationInput`` that asks for it."""
    return {place_of(spec, "source")[1]: _members(spec)}


def _members(value: Any) -> Any:
    if is_dataclass(value):
        return {
            camel(field.name): _members(getattr(value, field.name))
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
    return [_members(item) for item in value] if isinstance(value, tuple) else value
