"""The types of locations in storage outside of AWS: file servers, clusters and object stores."""

from __future__ import annotations

import strawberry

from graph.schema.fields import detail, member, members
from graph.schema.location import Location
from graph.schema.location_parts import (
    AzureIdentity,
    GoogleIdentity,
    HdfsNameNode,
    LocationSecret,
    identity_of,
    secret_of,
    text_of,
)
from graph.schema.scalars import Arn


@strawberry.type(description="A location on an NFS file server, reached through DataSync agents.")
class NfsLocation(Location):
    agent_arns: list[Arn] = members(
        "OnPremConfig",
        "AgentArns",
        description="The ARNs of the DataSync agents that can reach the server.",
    )
    version: str | None = member(
        "MountOptions",
        "Version",
        description="The NFS version to mount with: AUTOMATIC, NFS3, NFS4_0, NFS4_1, NFS4_2 or a "
        "newer AWS value.",
    )


@strawberry.type(description="A location on an SMB file server, reached through DataSync agents.")
class SmbLocation(Location):
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the DataSync agents that can reach the server."
    )
    user: str | None = member(
        "User", description="The user that DataSync mounts the file system as."
    )
    domain: str | None = member(
        "Domain",
        description="The Windows domain that the file server belongs to; null if none is set.",
    )
    version: str | None = member(
        "MountOptions",
        "Version",
        description="The SMB version to mount with: AUTOMATIC, SMB1, SMB2_0, SMB2, SMB3 or a newer "
        "AWS value.",
    )
    authentication_type: str | None = member(
        "AuthenticationType",
        description="How DataSync authenticates to the server: NTLM, KERBEROS or a newer AWS "
        "value.",
    )
    kerberos_principal: str | None = member(
        "KerberosPrincipal",
        description="The Kerberos principal that DataSync mounts the share as; null with NTLM.",
    )
    dns_ip_addresses: list[str] = members(
        "DnsIpAddresses",
        description="The addresses of the DNS servers of the Kerberos realm; empty if none "
        "are set.",
    )
    secret: LocationSecret | None = detail(
        secret_of,
        "Where the password or the Kerberos keytab is kept; null if there is none, or "
        "if AWS does not report it.",
    )


@strawberry.type(
    description="A location in a Hadoop cluster (HDFS), reached through DataSync agents."
)
class HdfsLocation(Location):
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the DataSync agents that can reach the server."
    )
    authentication_type: str | None = member(
        "AuthenticationType",
        description="How DataSync authenticates to the cluster: SIMPLE, KERBEROS or a newer AWS "
        "value.",
    )
    simple_user: str | None = member(
        "SimpleUser",
        description="The user name that DataSync sends with SIMPLE authentication; null with "
        "KERBEROS.",
    )
    name_nodes: list[HdfsNameNode] = detail(
        lambda location: [
            HdfsNameNode(value=node) for node in location.described.get("NameNodes") or ()
        ],
        "The NameNodes that DataSync asks where the blocks of files are.",
        gone=[],
    )
    kerberos_principal: str | None = member(
        "KerberosPrincipal",
        description="The Kerberos principal that DataSync authenticates as; null with SIMPLE.",
    )
    block_size: int | None = member(
        "BlockSize", description="The size in bytes of the blocks that DataSync writes."
    )
    replication_factor: int | None = member(
        "ReplicationFactor", description="On how many DataNodes each written block is kept."
    )
    kms_key_provider_uri: str | None = member(
        "KmsKeyProviderUri",
        description="The URI of the cluster's key management server; null if none is used.",
    )
    rpc_protection: str | None = member(
        "QopConfiguration",
        "RpcProtection",
        description="How calls to the NameNode are protected: DISABLED, AUTHENTICATION, INTEGRITY, "
        "PRIVACY or a newer AWS value.",
    )
    data_transfer_protection: str | None = member(
        "QopConfiguration",
        "DataTransferProtection",
        description="How transfers from and to DataNodes are protected: DISABLED, AUTHENTICATION, "
        "INTEGRITY, PRIVACY or a newer AWS value.",
    )
    secret: LocationSecret | None = detail(
        secret_of,
        "Where the Kerberos keytab is kept; null if there is none, or if AWS does not report it.",
    )


@strawberry.type(
    description="A bucket of an object store other than Amazon S3 that implements the S3 API."
)
class ObjectStorageLocation(Location):
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the DataSync agents that can reach the server."
    )
    server_port: int | None = member(
        "ServerPort", description="The TCP port on which the object store accepts requests."
    )
    server_protocol: str | None = member(
        "ServerProtocol",
        description="The protocol that DataSync uses towards the object store: HTTP or HTTPS.",
    )
    access_key: str | None = member(
        "AccessKey",
        description="The identifier of the key that DataSync signs requests with; null for a "
        "bucket that needs none.",
    )
    server_certificate: str | None = detail(
        lambda location: text_of(location.described.get("ServerCertificate")),
        "The PEM certificates by which DataSync trusts the server; null if it needs none of its "
        "own.",
    )
    federated_identity: GoogleIdentity | None = detail(
        lambda location: identity_of(GoogleIdentity, location),
        "The identity with which DataSync accesses Google Cloud Storage without a key; null if "
        "it uses none.",
    )
    secret: LocationSecret | None = detail(
        secret_of,
        "Where the secret key is kept; null if there is none, or if AWS does not report it.",
    )


@strawberry.type(description="A location in Azure Blob Storage: a container, or a folder of one.")
class AzureBlobLocation(Location):
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the DataSync agents that can reach the server."
    )
    authentication_type: str | None = member(
        "AuthenticationType",
        description="How DataSync authenticates to the container: SAS, NONE, OIDC or a newer "
        "AWS value.",
    )
    blob_type: str | None = member(
        "BlobType", description="The type of blob that DataSync writes: BLOCK or a newer AWS value."
    )
    access_tier: str | None = member(
        "AccessTier",
        description="The access tier of blobs that DataSync writes: HOT, COOL, ARCHIVE or a newer "
        "AWS value.",
    )
    federated_identity: AzureIdentity | None = detail(
        lambda location: identity_of(AzureIdentity, location),
        "The identity with which DataSync accesses the container without a token; null if it "
        "uses none.",
    )
    secret: LocationSecret | None = detail(
        secret_of,
        "Where the shared access signature (SAS) token is kept; null if there is none, or "
        "if AWS does not report it.",
    )
