"""How and when a mover transfers: DataSync's own options and schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from graph.model import mover as mover_model
from graph.model.words import ScheduleStatus
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.fields import attribute, item, word
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


@strawberry.type(description="When DataSync starts a mover by itself.")
class Schedule:
    value: strawberry.Private[mover_model.Schedule]
    expression: str = attribute(
        "expression",
        "A `cron(..)` or `rate(..)` expression, evaluated in UTC, such as `cron(0 3 * * ? *)`.",
    )
    status: ScheduleStatus | None = word(
        ScheduleStatus,
        "status",
        "Whether the schedule starts the mover; null if AWS does not report it.",
    )
    status_text: str | None = attribute(
        "status", "The status as AWS writes it; null if AWS does not report it."
    )
    status_changed_at: datetime | None = attribute(
        "status_changed_at",
        "When the schedule was last enabled or disabled; null if AWS does not report it.",
    )
    disabled_by: str | None = attribute(
        "disabled_by",
        "Who disabled the schedule: SERVICE means DataSync did so after repeated failures, USER "
        "means a person did. Null if AWS does not report it.",
    )
    disabled_reason: str | None = attribute(
        "disabled_reason", "AWS's explanation of why the schedule is disabled, if it gives one."
    )
