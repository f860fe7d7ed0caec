"""The inputs of locations in AWS's own storage: S3, EFS and FSx."""

from __future__ import annotations

import strawberry

from graph.schema.location_part_inputs import GROUPS, LocationSecretInput, OntapSmbInput
from graph.schema.scalars import Arn


@strawberry.input(
    description="An S3 bucket, or a prefix of one. The server creates the role that DataSync "
    "accesses it with, and deletes it together with the mover."
)
class S3LocationInput:
    bucket_arn: Arn = strawberry.field(
        description="The ARN of the bucket, such as `arn:aws:s3:::my-bucket`, or of an access "
        "point, which may be one of S3 on Outposts."
    )
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The prefix to transfer, from the bucket's root, such as `/photos/2024`; the "
        "whole bucket if absent. At most 4,096 characters.",
    )
    storage_class: str | None = strawberry.field(
        default=None,
        description="The storage class of objects written here, such as STANDARD_IA; STANDARD "
        "if absent, and OUTPOSTS on Outposts, which has no other. It has no effect on a source.",
    )
    agent_arns: list[Arn] = strawberry.field(
        default_factory=list,
        description="For S3 on Outposts, where they are required: the ARNs of 1 to 8 agents on the "
        "Outpost. Not allowed otherwise.",
    )


@strawberry.input(description="An EFS file system, mounted by DataSync from one subnet of its VPC.")
class EfsLocationInput:
    filesystem_arn: Arn = strawberry.field(
        description="The ARN of the file system, in the mover's account and region."
    )
    subnet_arn: Arn = strawberry.field(
        description="The ARN of the subnet to mount the file system from. It must have access to a "
        "mount target."
    )
    security_group_arns: list[Arn] = strawberry.field(
        description="The ARNs of 1 to 5 security groups for DataSync's network interfaces. The "
        "mount target must accept NFS traffic from them."
    )
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The folder to transfer, from the file system's root; all of it if absent.",
    )
    access_point_arn: Arn | None = strawberry.field(
        default=None,
        description="The ARN of an access point of the file system to mount it through. Requires "
        "`inTransitEncryption: TLS1_2`.",
    )
    file_system_access_role_arn: Arn | None = strawberry.field(
        default=None,
        description="The ARN of a role of the mover's account that DataSync mounts the file system "
        "with. Requires `inTransitEncryption: TLS1_2`.",
    )
    in_transit_encryption: str | None = strawberry.field(
        default=None,
        description="Whether traffic to the file system is encrypted: NONE or TLS1_2; NONE if "
        "absent.",
    )


@strawberry.input(description="A file system in Amazon FSx for Lustre, or a folder of one.")
class FsxLustreLocationInput:
    filesystem_arn: Arn = strawberry.field(
        description="The ARN of the file system, in the mover's account and region."
    )
    security_group_arns: list[Arn] = strawberry.field(description=GROUPS)
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The folder to transfer, from the mount path; all of it if absent.",
    )


@strawberry.input(description="A file system in Amazon FSx for OpenZFS, or a folder of one.")
class FsxOpenZfsLocationInput:
    filesystem_arn: Arn = strawberry.field(
        description="The ARN of the file system, in the mover's account and region."
    )
    security_group_arns: list[Arn] = strawberry.field(description=GROUPS)
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The folder to transfer, which begins with `/fsx`; all of it if absent.",
    )
    version: str | None = strawberry.field(
        default=None,
        description="The NFS version to mount with: AUTOMATIC, NFS3, NFS4_0, NFS4_1 or NFS4_2; "
        "AUTOMATIC if absent.",
    )


@strawberry.input(
    description="A storage virtual machine in Amazon FSx for NetApp ONTAP, mounted by NFS or SMB."
)
class FsxOntapLocationInput:
    storage_virtual_machine_arn: Arn = strawberry.field(
        description="The ARN of the storage virtual machine, in the mover's account and region."
    )
    security_group_arns: list[Arn] = strawberry.field(description=GROUPS)
    subdirectory: str | None = strawberry.field(
        default=None,
        description="The junction path, qtree or share to transfer, such as `/vol1`; it must not "
        "be the root volume. Up to 255 characters.",
    )
    smb: OntapSmbInput | None = strawberry.field(
        default=None,
        description="Mount by SMB, as this user; by NFS version 3 if absent.",
    )


@strawberry.input(
    description="A file system in Amazon FSx for Windows File Server, or a folder of one."
)
class FsxWindowsLocationInput:
    filesystem_arn: Arn = strawberry.field(
        description="The ARN of the file system, in the mover's account and region."
    )
    security_group_arns: list[Arn] = strawberry.field(description=GROUPS)
    user: str = strawberry.field(
        description="The user that DataSync mounts the file system as, up to 104 characters."
    )
    secret: LocationSecretInput = strawberry.field(
        description="Where the password of the user is kept."
    )
    domain: str | None = strawberry.field(
        default=None,
        description="The Windows domain that the file server belongs to; none if absent.",
    )
    subdirectory: str | None = strawberry.field(
        default=None, description="The folder to transfer, such as `/share`; all of it if absent."
    )
