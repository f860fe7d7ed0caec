"""Locations: one interface, the 11 kinds of AWS, and one for what is new."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import strawberry

from graph.model import location as model
from graph.model.mover import HIDDEN_TAGS
from graph.schema.fields import Info, attribute, member, members
from graph.schema.node import Node
from graph.schema.scalars import Arn
from graph.schema.tag import Tag


@strawberry.interface(
    description="Where objects come from or go to. Never shows a secret. `node` finds one that "
    "carries the tags of a group, as those do which were made for movers."
)
class Location(Node):
    value: strawberry.Private[model.Location]
    arn: Arn = attribute("arn", "Of the location itself.")
    kind: str = attribute(
        "kind", "S3, EFS, NFS, SMB, HDFS, OBJECT_STORAGE, AZURE_BLOB, FSX_*, or a newer word."
    )
    uri: str = attribute("uri", "As AWS writes it: scheme, host or bucket, path.")
    created_at: datetime | None = attribute("created_at", "When it was made.")

    def kind_of_id(self) -> str:
        return "Location"

    def key(self) -> str:
        return self.value.arn

    @strawberry.field(description="Its tags. Costs a call to AWS. Null where AWS fails to answer.")
    async def tags(self, info: Info) -> list[Tag] | None:
        tags = await info.context.loaders.tags.load(self.value.arn)
        return [Tag(key=tag.key, value=tag.value) for tag in tags if tag.key not in HIDDEN_TAGS]


@strawberry.type(description="A bucket in Amazon S3, or a prefix of one.")
class S3Location(Location):
    storage_class: str | None = member(
        "S3StorageClass", description="What is written here gets this storage class."
    )
    access_role_arn: Arn | None = member(
        "S3Config", "BucketAccessRoleArn", description="The role DataSync reaches the bucket with."
    )
    agent_arns: list[Arn] = members("AgentArns", description="On Outposts: the agents used.")

    @strawberry.field(description="The bucket's name.")
    def bucket(self) -> str:
        return self.value.uri.partition("://")[2].partition("/")[0]

    @strawberry.field(description="The prefix inside the bucket, from its root.")
    def subdirectory(self) -> str:
        return "/" + self.value.uri.partition("://")[2].partition("/")[2]


@strawberry.type(description="A file system in Amazon EFS.")
class EfsLocation(Location):
    subnet_arn: Arn | None = member(
        "Ec2Config", "SubnetArn", description="The subnet DataSync mounts it from."
    )
    security_group_arns: list[Arn] = members(
        "Ec2Config", "SecurityGroupArns", description="Of DataSync's network interfaces."
    )
    access_point_arn: Arn | None = member("AccessPointArn", description="If one is used.")
    file_system_access_role_arn: Arn | None = member(
        "FileSystemAccessRoleArn", description="The role DataSync mounts it with."
    )
    in_transit_encryption: str | None = member(
        "InTransitEncryption", description="NONE or TLS1_2, or a newer word."
    )


@strawberry.type(description="A file system in Amazon FSx for Lustre.")
class FsxLustreLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns", description="That give access to the file system."
    )


@strawberry.type(description="A storage virtual machine in Amazon FSx for NetApp ONTAP.")
class FsxOntapLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns", description="That give access to the file system."
    )
    storage_virtual_machine_arn: Arn | None = member(
        "StorageVirtualMachineArn", description="The virtual machine that holds the files."
    )
    filesystem_arn: Arn | None = member("FsxFilesystemArn", description="Its file system.")


@strawberry.type(description="A file system in Amazon FSx for OpenZFS.")
class FsxOpenZfsLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns", description="That give access to the file system."
    )


@strawberry.type(description="A file system in Amazon FSx for Windows File Server.")
class FsxWindowsLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns", description="That give access to the file system."
    )
    user: str | None = member("User", description="Who mounts it.")
    domain: str | None = member("Domain", description="The Windows domain of the file server.")


@strawberry.type(description="An NFS file server.")
class NfsLocation(Location):
    agent_arns: list[Arn] = members(
        "OnPremConfig", "AgentArns", description="The agents that can reach it."
    )
    version: str | None = member(
        "MountOptions", "Version", description="AUTOMATIC, NFS3, NFS4_0, NFS4_1, or a newer word."
    )


@strawberry.type(description="An SMB file server.")
class SmbLocation(Location):
    agent_arns: list[Arn] = members("AgentArns", description="The agents that can reach it.")
    user: str | None = member("User", description="Who mounts it.")
    domain: str | None = member("Domain", description="The Windows domain of the file server.")
    version: str | None = member(
        "MountOptions", "Version", description="AUTOMATIC, SMB2, SMB3 and the like."
    )
    authentication_type: str | None = member(
        "AuthenticationType", description="NTLM or KERBEROS, or a newer word."
    )


@strawberry.type(description="A Hadoop cluster.")
class HdfsLocation(Location):
    agent_arns: list[Arn] = members("AgentArns", description="The agents that can reach it.")
    authentication_type: str | None = member(
        "AuthenticationType", description="SIMPLE or KERBEROS, or a newer word."
    )
    simple_user: str | None = member("SimpleUser", description="Who reads, with SIMPLE.")


@strawberry.type(description="An object store that speaks S3's protocol.")
class ObjectStorageLocation(Location):
    agent_arns: list[Arn] = members("AgentArns", description="The agents that can reach it.")
    server_port: int | None = member("ServerPort", description="Where it listens.")
    server_protocol: str | None = member("ServerProtocol", description="HTTP or HTTPS.")


@strawberry.type(description="A container in Azure Blob Storage.")
class AzureBlobLocation(Location):
    agent_arns: list[Arn] = members("AgentArns", description="The agents that can reach it.")
    authentication_type: str | None = member(
        "AuthenticationType", description="SAS or NONE, or a newer word."
    )
    blob_type: str | None = member("BlobType", description="BLOCK, or a newer word.")
    access_tier: str | None = member("AccessTier", description="HOT, COOL or ARCHIVE.")


@strawberry.type(description="A location of a kind that is new to this server.")
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


def of_its_kind(value: model.Location) -> Location:
    return TYPES.get(value.kind, OtherLocation)(value=value)


def shown(value: model.Location | None) -> Location | None:
    """The location as the type of its kind."""
    return None if value is None else of_its_kind(value)
