"""AWS's words that clients decide on, as enums; each has OTHER for words that AWS adds later."""

from __future__ import annotations

from enum import Enum
from typing import Self, TypeVar

_OTHER = "OTHER"

W = TypeVar("W", bound="Word")


class Word(Enum):
    """Subclasses have a member for each known word, and OTHER unless this server chooses them."""

    @classmethod
    def of(cls, word: str) -> Self:
        """The member of a word; OTHER for one that is not known."""
        return cls.__members__.get(word) or cls.__members__[_OTHER]


class MoverStatus(Word):
    AVAILABLE = "AVAILABLE"
    CREATING = "CREATING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    UNAVAILABLE = "UNAVAILABLE"
    OTHER = "OTHER"


class RunStatus(Word):
    QUEUED = "QUEUED"
    LAUNCHING = "LAUNCHING"
    PREPARING = "PREPARING"
    TRANSFERRING = "TRANSFERRING"
    VERIFYING = "VERIFYING"
    CANCELLING = "CANCELLING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    OTHER = "OTHER"


class TaskMode(Word):
    BASIC = "BASIC"
    ENHANCED = "ENHANCED"
    OTHER = "OTHER"


class ScheduleStatus(Word):
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    OTHER = "OTHER"


class PhaseStatus(Word):
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    OTHER = "OTHER"


class LocationKind(Word):
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


class PhaseName(Word):
    PREPARE = "PREPARE"
    TRANSFER = "TRANSFER"
    VERIFY = "VERIFY"


class EstimateBasis(Word):
    BYTES = "BYTES"
    FILES = "FILES"
