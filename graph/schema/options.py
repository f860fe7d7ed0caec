"""How a mover transfers: DataSync's own options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from graph.schema.fields import item
from graph.schema.scalars import BigInt


def _option(name: str, description: str) -> Any:  # noqa: ANN401 - the field's own type counts
    return item(name, description=description)


@strawberry.type(
    description="DataSync's transfer options, with AWS's defaults filled in. The values are "
    "AWS's own terms, and AWS may add new ones. An option is null if AWS does not report it."
)
class TransferOptions:
    value: strawberry.Private[Mapping[str, Any]]
    verify_mode: str | None = _option(
        "VerifyMode",
        "Which files are verified after the transfer: ONLY_FILES_TRANSFERRED, "
        "POINT_IN_TIME_CONSISTENT (all files at both ends) or NONE.",
    )
    transfer_mode: str | None = _option(
        "TransferMode",
        "Which files are transferred: CHANGED copies only those that differ, ALL copies everything "
        "without comparing.",
    )
    overwrite_mode: str | None = _option(
        "OverwriteMode",
        "Whether files that already exist at the destination are overwritten: ALWAYS or NEVER.",
    )
    preserve_deleted_files: str | None = _option(
        "PreserveDeletedFiles",
        "What happens to destination files that the source does not have: PRESERVE keeps them, "
        "REMOVE deletes them.",
    )
    bytes_per_second: BigInt | None = _option(
        "BytesPerSecond", "The bandwidth limit in bytes per second; -1 means no limit."
    )
    task_queueing: str | None = _option(
        "TaskQueueing",
        "Whether AWS queues a run while another run of the task is active (ENABLED) or rejects it "
        "(DISABLED).",
    )
    log_level: str | None = _option(
        "LogLevel",
        "What DataSync writes to CloudWatch Logs: OFF, BASIC (errors) or TRANSFER (every file).",
    )
    object_tags: str | None = _option(
        "ObjectTags", "Whether object tags are copied between object stores: PRESERVE or NONE."
    )
    object_metadata: str | None = _option(
        "ObjectMetadata",
        "Whether user-defined metadata of objects is copied between object stores: PRESERVE or "
        "NONE.",
    )
    atime: str | None = _option("Atime", "Whether access times are copied: BEST_EFFORT or NONE.")
    mtime: str | None = _option("Mtime", "Whether modification times are copied: PRESERVE or NONE.")
    uid: str | None = _option(
        "Uid", "Whether the numeric ids of file owners are copied: INT_VALUE or NONE."
    )
    gid: str | None = _option(
        "Gid", "Whether the numeric ids of owning groups are copied: INT_VALUE or NONE."
    )
    posix_permissions: str | None = _option(
        "PosixPermissions", "Whether POSIX permissions are copied: PRESERVE or NONE."
    )
    preserve_devices: str | None = _option(
        "PreserveDevices",
        "Whether the metadata of device files is copied: PRESERVE or NONE. Their contents never "
        "are.",
    )
    security_descriptor_copy_flags: str | None = _option(
        "SecurityDescriptorCopyFlags",
        "Which parts of Windows security descriptors are copied between SMB and FSx file systems: "
        "NONE, OWNER_DACL or OWNER_DACL_SACL.",
    )
