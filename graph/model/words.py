"""Words that clients decide on: AWS's, with OTHER for those that it adds later, and our own."""

from __future__ import annotations

from enum import Enum

from graph.model.open_enum import OpenEnum


class MoverStatus(OpenEnum):
    AVAILABLE = "AVAILABLE"
    CREATING = "CREATING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    UNAVAILABLE = "UNAVAILABLE"
    OTHER = "OTHER"


class AgentStatus(OpenEnum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    OTHER = "OTHER"


class RunStatus(OpenEnum):
    QUEUED = "QUEUED"
    LAUNCHING = "LAUNCHING"
    PREPARING = "PREPARING"
    TRANSFERRING = "TRANSFERRING"
    VERIFYING = "VERIFYING"
    CANCELLING = "CANCELLING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    OTHER = "OTHER"


class TaskMode(OpenEnum):
    BASIC = "BASIC"
    ENHANCED = "ENHANCED"
    OTHER = "OTHER"


class NewTaskMode(Enum):
    """The mode of a mover to be created."""

    BASIC = "BASIC"
    ENHANCED = "ENHANCED"
    AUTO = "AUTO"


class ScheduleStatus(OpenEnum):
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    OTHER = "OTHER"


class ScheduleProblem(Enum):
    DISABLED_BY_SERVICE = "DISABLED_BY_SERVICE"
    NEVER_RUNS = "NEVER_RUNS"
    TOO_OFTEN = "TOO_OFTEN"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"


class PhaseStatus(OpenEnum):
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    OTHER = "OTHER"


class LocationKind(OpenEnum):
    S3 = "S3"
    EFS = "EFS"
    FSX_LUSTRE = "FSX_LUSTRE"
    FSX_ONTAP = "FSX_ONTAP"
    FSX_OPEN_ZFS = "FSX_OPEN_ZFS"
    FSX_WINDOWS = "FSX_WINDOWS"
    NFS = "NFS"
    SMB = "SMB"
    HDFS = "HDFS"
    OBJECT_STORAGE = "OBJECT_STORAGE"
    AZURE_BLOB = "AZURE_BLOB"
    OTHER = "OTHER"


class PhaseName(Enum):
    PREPARE = "PREPARE"
    TRANSFER = "TRANSFER"
    VERIFY = "VERIFY"


class EstimateBasis(Enum):
    BYTES = "BYTES"
    FILES = "FILES"
    HISTORY = "HISTORY"


class EventLevel(Enum):
    INFO = "INFO"
    ERROR = "ERROR"


class FailureCode(OpenEnum):
    """The codes of errors; a newer server of the same store may know others."""

    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    NAME_TAKEN = "NAME_TAKEN"
    ALREADY_RUNNING = "ALREADY_RUNNING"
    NOT_RUNNING = "NOT_RUNNING"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    ACCESS_DENIED = "ACCESS_DENIED"
    THROTTLED = "THROTTLED"
    UPSTREAM = "UPSTREAM"
    UPSTREAM_TIMEOUT = "UPSTREAM_TIMEOUT"
    INTERNAL = "INTERNAL"
    OTHER = "OTHER"
