"""How a mover transfers: DataSync's options, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from graph.schema.scalars import BigInt


def _option(name: str, description: str) -> Any:  # noqa: ANN401 - the field's own type counts
    def read(root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the field's own type counts
        return root.value.get(name)

    return strawberry.field(resolver=read, description=description)


@strawberry.type(
    description="DataSync's options, defaults included; null is what AWS does not say. The words "
    "are AWS's, and it may add to them."
)
class TransferOptions:
    value: strawberry.Private[Mapping[str, Any]]
    verify_mode: str | None = _option(
        "VerifyMode", "POINT_IN_TIME_CONSISTENT, ONLY_FILES_TRANSFERRED or NONE."
    )
    transfer_mode: str | None = _option(
        "TransferMode", "CHANGED: only what differs; ALL: everything, without a comparison."
    )
    overwrite_mode: str | None = _option(
        "OverwriteMode", "ALWAYS or NEVER, for what is there already."
    )
    preserve_deleted_files: str | None = _option(
        "PreserveDeletedFiles", "PRESERVE or REMOVE what the source does not have (any more)."
    )
    bytes_per_second: BigInt | None = _option("BytesPerSecond", "The most; -1 is no limit.")
    task_queueing: str | None = _option(
        "TaskQueueing", "ENABLED: a run waits for the one before; DISABLED: it is refused."
    )
    log_level: str | None = _option("LogLevel", "OFF, BASIC or TRANSFER, to CloudWatch Logs.")
    object_tags: str | None = _option("ObjectTags", "PRESERVE or NONE, between object stores.")
    atime: str | None = _option("Atime", "Access times: BEST_EFFORT or NONE.")
    mtime: str | None = _option("Mtime", "Modification times: PRESERVE or NONE.")
    uid: str | None = _option("Uid", "Owners: INT_VALUE or NONE.")
    gid: str | None = _option("Gid", "Groups of the owners: INT_VALUE or NONE.")
    posix_permissions: str | None = _option("PosixPermissions", "PRESERVE or NONE.")
    preserve_devices: str | None = _option(
        "PreserveDevices", "PRESERVE or NONE: metadata of device files."
    )
    security_descriptor_copy_flags: str | None = _option(
        "SecurityDescriptorCopyFlags", "For SMB: NONE, OWNER_DACL or OWNER_DACL_SACL."
    )
