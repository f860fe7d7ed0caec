"""Specifications of locations: what a caller asks for as the source or destination of a mover.

None of them has a member for a secret: passwords, keys, tokens and keytabs are kept in AWS Secrets
Manager, and a specification names the secret and the role that DataSync reads it with.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingSpec:
    """A location that exists already. It is not deleted with the mover."""

    location_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpec:
    """A secret in Secrets Manager, and the role with which DataSync reads it."""

    secret_arn: str
    access_role_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Spec:
    """A new S3 location. The server creates the role that DataSync accesses the bucket with."""

    bucket_arn: str
    subdirectory: str | None = None
    storage_class: str | None = None
    """STANDARD if absent; on Outposts, OUTPOSTS."""
    agent_arns: tuple[str, ...] = ()
    """For S3 on Outposts alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsSpec:
    """A new EFS location, mounted from one subnet of its VPC."""

    filesystem_arn: str
    subnet_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None
    access_point_arn: str | None = None
    file_system_access_role_arn: str | None = None
    in_transit_encryption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NfsSpec:
    """An export of an NFS file server."""

    server_hostname: str
    subdirectory: str
    agent_arns: tuple[str, ...]
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmbSpec:
    """A share of an SMB file server. The secret is a password or, with KERBEROS, a keytab."""

    server_hostname: str
    subdirectory: str
    agent_arns: tuple[str, ...]
    secret: SecretSpec
    authentication_type: str | None = None
    """NTLM if absent."""
    user: str | None = None
    domain: str | None = None
    kerberos_principal: str | None = None
    kerberos_krb5_conf: str | None = None
    """The text of the file krb5.conf, which has no secret."""
    dns_ip_addresses: tuple[str, ...] = ()
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameNodeSpec:
    hostname: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HdfsSpec:
    """A folder of a Hadoop cluster. The secret is a keytab."""

    name_nodes: tuple[NameNodeSpec, ...]
    authentication_type: str
    agent_arns: tuple[str, ...]
    simple_user: str | None = None
    kerberos_principal: str | None = None
    kerberos_krb5_conf: str | None = None
    secret: SecretSpec | None = None
    subdirectory: str | None = None
    block_size: int | None = None
    """Bytes."""
    replication_factor: int | None = None
    kms_key_provider_uri: str | None = None
    rpc_protection: str | None = None
    data_transfer_protection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleIdentitySpec:
    """A provider of a workload identity pool of Google Cloud."""

    role_arn: str
    project_name: str
    project_number: str
    identity_pool_name: str
    identity_provider_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStorageSpec:
    """A bucket of an object store that implements the S3 API. The secret is its secret key."""

    server_hostname: str
    bucket_name: str
    server_port: int | None = None
    server_protocol: str | None = None
    """HTTPS if absent."""
    subdirectory: str | None = None
    access_key: str | None = None
    """The identifier of the key, which is no secret."""
    secret: SecretSpec | None = None
    federated_identity: GoogleIdentitySpec | None = None
    server_certificate: str | None = None
    """PEM."""
    agent_arns: tuple[str, ...] = ()
    """Without agents, DataSync reaches the server over the internet, in ENHANCED tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureIdentitySpec:
    """An application of Microsoft Entra ID."""

    role_arn: str
    tenant_id: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureBlobSpec:
    """A container of Azure Blob Storage. The secret is a SAS token."""

    container_url: str
    authentication_type: str
    secret: SecretSpec | None = None
    federated_identity: AzureIdentitySpec | None = None
    access_tier: str | None = None
    subdirectory: str | None = None
    agent_arns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FsxLustreSpec:
    filesystem_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FsxOpenZfsSpec:
    filesystem_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None
    version: str | None = None
    """Of NFS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntapSmbSpec:
    """The user as whom a share is mounted. The secret is the password."""

    user: str
    secret: SecretSpec
    domain: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FsxOntapSpec:
    storage_virtual_machine_arn: str
    security_group_arns: tuple[str, ...]
    subdirectory: str | None = None
    smb: OntapSmbSpec | None = None
    """NFS version 3, the only one that DataSync has for ONTAP, if absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FsxWindowsSpec:
    """A file system for Windows. The secret is the password of the user."""

    filesystem_arn: str
    security_group_arns: tuple[str, ...]
    user: str
    secret: SecretSpec
    domain: str | None = None
    subdirectory: str | None = None


NewLocationSpec = (
    S3Spec
    | EfsSpec
    | NfsSpec
    | SmbSpec
    | HdfsSpec
    | ObjectStorageSpec
    | AzureBlobSpec
    | FsxLustreSpec
    | FsxOpenZfsSpec
    | FsxOntapSpec
    | FsxWindowsSpec
)
LocationSpec = NewLocationSpec | ExistingSpec
