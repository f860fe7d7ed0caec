"""Describes the enums of AWS's words, and of the few that the server chooses itself."""

from __future__ import annotations

from graph.model.words import (
    AgentStatus,
    EstimateBasis,
    EventLevel,
    FailureCode,
    LocationKind,
    MoverStatus,
    NewTaskMode,
    PhaseName,
    PhaseStatus,
    RunStatus,
    ScheduleProblem,
    ScheduleStatus,
    TaskMode,
)
from graph.schema.enums import describe

describe(
    MoverStatus,
    "MoverStatus",
    "The status of a mover's task. Handle values that you do not know like OTHER.",
    {
        "AVAILABLE": "Ready to be started.",
        "CREATING": "AWS is still creating the task.",
        "QUEUED": "A run waits for another run to end.",
        "RUNNING": "A run is active.",
        "UNAVAILABLE": "Not usable, often because an agent is offline; `advice` says why.",
        "OTHER": "A status that AWS added later; `statusText` has its name.",
    },
)
describe(
    AgentStatus,
    "AgentStatus",
    "Whether DataSync reaches an agent. Handle values that you do not know like OTHER.",
    {
        "ONLINE": "In contact with DataSync, and ready to be used.",
        "OFFLINE": "Out of contact for five minutes or longer, or unhealthy. Movers that use it "
        "are UNAVAILABLE.",
        "OTHER": "A status that AWS added later; `statusText` has its name.",
    },
)
describe(
    RunStatus,
    "RunStatus",
    "The status of a run. Only SUCCESS and ERROR are final. Handle values that you do not know "
    "like OTHER.",
    {
        "QUEUED": "Waits for another run of the mover to end.",
        "LAUNCHING": "AWS is preparing its resources.",
        "PREPARING": "Both ends are being compared.",
        "TRANSFERRING": "Files are being copied.",
        "VERIFYING": "The copies are being verified.",
        "CANCELLING": "Its cancellation was requested.",
        "SUCCESS": "Ended without an error of its own; `outcome` says whether files failed.",
        "ERROR": "Ended with an error, or because it was cancelled; `outcome` says which.",
        "OTHER": "A status that AWS added later; `statusText` has its name.",
    },
)
describe(
    TaskMode,
    "TaskMode",
    "How a task transfers. Handle values that you do not know like OTHER.",
    {
        "BASIC": "The three phases follow each other; for all kinds of locations.",
        "ENHANCED": "The phases overlap, without a limit on the number of files; with more "
        "counters.",
        "OTHER": "A mode that AWS added later; `modeText` has its name.",
    },
)
describe(
    NewTaskMode,
    "NewTaskMode",
    "The mode of a mover to be created.",
    {
        "BASIC": "The three phases follow each other; for all kinds of locations, but not for "
        "object stores that are reached without agents or HDFS with several NameNodes.",
        "ENHANCED": "The phases overlap, without a limit on the number of files; not for S3 on "
        "Outposts, and file servers need agents of a newer kind.",
        "AUTO": "ENHANCED where DataSync refuses BASIC, and between buckets of S3 unless another "
        "setting needs BASIC; otherwise BASIC.",
    },
)
describe(
    ScheduleStatus,
    "ScheduleStatus",
    "Whether a schedule starts its mover. Handle values that you do not know like OTHER.",
    {
        "ENABLED": "The mover is started at the times of the schedule.",
        "DISABLED": "The schedule is suspended; `disabledBy` says by whom.",
        "OTHER": "A status that AWS added later; `statusText` has its name.",
    },
)
describe(
    ScheduleProblem,
    "ScheduleProblem",
    "Why a schedule may not start its mover. Handle values that you do not know like null.",
    {
        "DISABLED_BY_SERVICE": "DataSync disabled it after repeated failures; `disabledReason` has "
        "the last one. Remove its cause, then enable the schedule again.",
        "NEVER_RUNS": "No time within the next 40 years matches the expression.",
        "TOO_OFTEN": "Two runs would be less than an hour apart, which DataSync does not allow.",
        "NOT_UNDERSTOOD": "The server cannot tell when it runs. DataSync may still understand it.",
    },
)
describe(
    LocationKind,
    "LocationKind",
    "The kind of storage that a location is in. Handle values that you do not know like OTHER.",
    {
        "S3": "A bucket in Amazon S3.",
        "EFS": "A file system in Amazon EFS.",
        "FSX_LUSTRE": "Amazon FSx for Lustre.",
        "FSX_ONTAP": "Amazon FSx for NetApp ONTAP.",
        "FSX_OPEN_ZFS": "Amazon FSx for OpenZFS.",
        "FSX_WINDOWS": "Amazon FSx for Windows File Server.",
        "NFS": "An NFS server, reached through agents.",
        "SMB": "An SMB server, reached through agents.",
        "HDFS": "A Hadoop cluster, reached through agents.",
        "OBJECT_STORAGE": "Object storage with the API of S3 outside of AWS.",
        "AZURE_BLOB": "A container in Azure Blob Storage.",
        "OTHER": "A kind that AWS added later; `kindText` has the scheme of its URIs.",
    },
)
describe(
    PhaseStatus,
    "PhaseStatus",
    "The result of a phase of a run. Handle values that you do not know like OTHER.",
    {
        "PENDING": "The phase has not ended.",
        "SUCCESS": "The phase ended without an error.",
        "ERROR": "The phase ended with an error.",
        "OTHER": "A status that AWS added later; `statusText` has its name.",
    },
)
describe(
    PhaseName,
    "RunPhaseName",
    "The phases of a run.",
    {
        "PREPARE": "Both ends are compared to decide what to transfer.",
        "TRANSFER": "Files are copied, and deleted at the destination if the options say so.",
        "VERIFY": "The copies are verified.",
    },
)
describe(
    EstimateBasis,
    "EstimateBasis",
    "What the progress of a run is computed from. Handle values that you do not know like null.",
    {
        "BYTES": "The bytes that were transferred, of those that are expected.",
        "FILES": "The files that were transferred, where AWS estimates no bytes.",
        "HISTORY": "How long the last successful runs of the mover took, while AWS has no total "
        "yet. `percent` is null then.",
    },
)
describe(
    EventLevel,
    "EventLevel",
    "Whether an event of an operation needs attention.",
    {"INFO": "A step of the operation.", "ERROR": "The failure that ended the operation."},
)
describe(
    FailureCode,
    "FailureCode",
    "The kind of error that ended an operation. Handle values that you do not know like OTHER.",
    {
        "INVALID": "AWS found the input invalid.",
        "FORBIDDEN": "The key that requested the operation has lost the right to it.",
        "NOT_FOUND": "A resource does not exist.",
        "CONFLICT": "The state of a resource did not allow the operation.",
        "NAME_TAKEN": "Another mover of the group has the name.",
        "ALREADY_RUNNING": "A run of the mover is active.",
        "NOT_RUNNING": "The mover has no active run.",
        "QUOTA_EXCEEDED": "A limit of AWS is reached.",
        "ACCESS_DENIED": "AWS denied a request of this server.",
        "THROTTLED": "AWS was asked too often.",
        "UPSTREAM": "AWS or the store failed to respond properly.",
        "UPSTREAM_TIMEOUT": "AWS or the store did not respond in time.",
        "INTERNAL": "An error of the server itself, whose log has the details.",
        "OTHER": "A kind that a newer server of the deployment knows.",
    },
)
