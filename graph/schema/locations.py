"""The Location interface, a type for each of AWS's kinds, and one for kinds that AWS adds."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import strawberry

from graph.locations.s3 import parts_of_uri
from graph.model import location as model
from graph.model.words import LocationKind
from graph.resolvers import locations
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.fields import Info, attribute, detail, member, members, reads, word
from graph.schema.node import Node
from graph.schema.scalars import Arn
from graph.schema.tag import Tag


@strawberry.interface(
    description="The source or the destination of a mover. Secrets such as passwords are never "
    "part of it. `node` finds a location if it carries the tags of a group that the caller may "
    "see, like those created for movers."
)
class Location(Node):
    value: strawberry.Private[model.Location | model.ListedLocation]
    arn: Arn = attribute("arn", "The ARN of the DataSync location.")
    kind: LocationKind = word(LocationKind, "kind", "The kind of storage that the location is in.")
    kind_text: str = attribute(
        "kind",
        "The same as text. For a kind that AWS added later, the scheme of its URI in capitals.",
    )
    uri: str = attribute("uri", "The URI as AWS writes it, such as `s3://my-bucket/photos/`.")
    created_at: datetime | None = detail(
        lambda location: location.created_at,
        "When the location was created; null if AWS does not report it.",
    )

    def kind_of_id(self) -> str:
        return "Location"

    def key(self) -> str:
        return self.value.arn

    @strawberry.field(
        description="The tags of the location. Costs a call to AWS per location. Null, with an "
        "error, if that call fails."
    )
    async def tags(self, info: Info) -> list[Tag] | None:
        tags = await locations.tags_of_location(info.context, self.value.arn)
        return [Tag(key=tag.key, value=tag.value) for tag in tags]


@strawberry.type(description="A location in Amazon S3: a bucket, or a prefix of one.")
class S3Location(Location):
    storage_class: str | None = member(
        "S3StorageClass",
        description="The storage class of objects that DataSync writes here, such as STANDARD.",
    )
    access_role_arn: Arn | None = member(
        "S3Config",
        "BucketAccessRoleArn",
        description="The ARN of the role that DataSync accesses the bucket with.",
    )
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the agents, for S3 on Outposts; empty otherwise."
    )

    @reads("The bucket as it appears in the URI: its name, or that of an access point.")
    def bucket(self) -> str:
        return parts_of_uri(self.value.uri)[0]

    @reads("The prefix inside the bucket, from its root; `/` for the whole bucket.")
    def subdirectory(self) -> str:
        return parts_of_uri(self.value.uri)[1]


@strawberry.type(description="A location on a file system in Amazon EFS.")
class EfsLocation(Location):
    subnet_arn: Arn | None = member(
        "Ec2Config",
        "SubnetArn",
        description="The ARN of the subnet from which DataSync mounts the file system.",
    )
    security_group_arns: list[Arn] = members(
        "Ec2Config",
        "SecurityGroupArns",
        description="The ARNs of the security groups of DataSync's network interfaces.",
    )
    access_point_arn: Arn | None = member(
        "AccessPointArn", description="The ARN of the EFS access point; null if none is used."
    )
    file_system_access_role_arn: Arn | None = member(
        "FileSystemAccessRoleArn",
        description="The ARN of the role that DataSync mounts the file system with; null if "
        "none is used.",
    )
    in_transit_encryption: str | None = member(
        "InTransitEncryption",
        description="Whether traffic to the file system is encrypted: NONE, TLS1_2 or a newer AWS "
        "value.",
    )


@strawberry.type(description="A location on a file system in Amazon FSx for Lustre.")
class FsxLustreLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns",
        description="The ARNs of the security groups that give access to the file system.",
    )


@strawberry.type(
    description="A location on a storage virtual machine in Amazon FSx for NetApp ONTAP."
)
class FsxOntapLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns",
        description="The ARNs of the security groups that give access to the file system.",
    )
    storage_virtual_machine_arn: Arn | None = member(
        "StorageVirtualMachineArn",
        description="The ARN of the storage virtual machine that holds the files.",
    )
    filesystem_arn: Arn | None = member(
        "FsxFilesystemArn",
        description="The ARN of the file system that the storage virtual machine belongs to.",
    )


@strawberry.type(description="A location on a file system in Amazon FSx for OpenZFS.")
class FsxOpenZfsLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns",
        description="The ARNs of the security groups that give access to the file system.",
    )


@strawberry.type(description="A location on a file system in Amazon FSx for Windows File Server.")
class FsxWindowsLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns",
        description="The ARNs of the security groups that give access to the file system.",
    )
    user: str | None = member(
        "User", description="The user that DataSync mounts the file system as."
    )
    domain: str | None = member(
        "Domain",
        description="The Windows domain that the file server belongs to; null if none is set.",
    )


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
        description="The NFS version to mount with: AUTOMATIC, NFS3, NFS4_0, NFS4_1 or a newer AWS "
        "value.",
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


@strawberry.type(description="A location in Azure Blob Storage: a container, or a folder of one.")
class AzureBlobLocation(Location):
    agent_arns: list[Arn] = members(
        "AgentArns", description="The ARNs of the DataSync agents that can reach the server."
    )
    authentication_type: str | None = member(
        "AuthenticationType",
        description="How DataSync authenticates to the container: SAS, NONE or a newer AWS value.",
    )
    blob_type: str | None = member(
        "BlobType", description="The type of blob that DataSync writes: BLOCK or a newer AWS value."
    )
    access_tier: str | None = member(
        "AccessTier",
        description="The access tier of blobs that DataSync writes: HOT, COOL, ARCHIVE or a newer "
        "AWS value.",
    )


@strawberry.type(
    description="A location of a kind that AWS added after this version of the server."
)
class OtherLocation(Location):
    pass


TYPES: Final[dict[str, type[Location]]] = {
    "S3": S3Location,
    "EFS": EfsLocation,
    "FSX_LUSTRE": FsxLustreLocation,
    "FSX_ONTAP": FsxOntapLocation,
    "FSX_OPEN_ZFS": FsxOpenZfsLocation,
    "FSX_WINDOWS": FsxWindowsLocation,
    "NFS": NfsLocation,
    "SMB": SmbLocation,
    "HDFS": HdfsLocation,
    "OBJECT_STORAGE": ObjectStorageLocation,
    "AZURE_BLOB": AzureBlobLocation,
}


def of_its_kind(value: model.Location | model.ListedLocation) -> Location:
    """The location as the GraphQL type of its kind."""
    return TYPES.get(value.kind, OtherLocation)(value=value)


def shown(value: model.Location | model.ListedLocation | None) -> Location | None:
    """The same for a location that may be gone."""
    return None if value is None else of_its_kind(value)
