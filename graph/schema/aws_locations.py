"""The types of locations in AWS's own storage: S3, EFS and FSx."""

from __future__ import annotations

import strawberry

from graph.locations.s3 import parts_of_uri
from graph.schema.fields import detail, dig, member, members, reads
from graph.schema.location import Location
from graph.schema.location_parts import LocationSecret, secret_in, secret_of
from graph.schema.scalars import Arn


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
    nfs_version: str | None = member(
        "Protocol",
        "NFS",
        "MountOptions",
        "Version",
        description="The NFS version to mount with, such as NFS3; null if SMB is used.",
    )
    smb_version: str | None = member(
        "Protocol",
        "SMB",
        "MountOptions",
        "Version",
        description="The SMB version to mount with, such as SMB3; null if NFS is used.",
    )
    user: str | None = member(
        "Protocol",
        "SMB",
        "User",
        description="The user that DataSync mounts an SMB share as; null if NFS is used.",
    )
    domain: str | None = member(
        "Protocol",
        "SMB",
        "Domain",
        description="The Windows domain of the storage virtual machine; null if none is set.",
    )
    secret: LocationSecret | None = detail(
        lambda location: secret_in(dig(location.described, ("Protocol", "SMB"))),
        "Where the password of the user is kept; null if there is none, or "
        "if AWS does not report it.",
    )


@strawberry.type(description="A location on a file system in Amazon FSx for OpenZFS.")
class FsxOpenZfsLocation(Location):
    security_group_arns: list[Arn] = members(
        "SecurityGroupArns",
        description="The ARNs of the security groups that give access to the file system.",
    )
    nfs_version: str | None = member(
        "Protocol",
        "NFS",
        "MountOptions",
        "Version",
        description="The NFS version to mount with: AUTOMATIC, NFS3, NFS4_0, NFS4_1, NFS4_2 or a "
        "newer AWS value.",
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
    secret: LocationSecret | None = detail(
        secret_of,
        "Where the password of the user is kept; null if there is none, or "
        "if AWS does not report it.",
    )
