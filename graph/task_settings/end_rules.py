"""What DataSync documents that it refuses between certain kinds of locations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from graph.model.ends import End
from graph.model.errors import Invalid

Path = tuple[str, ...]
Options = Mapping[str, str | int]

_ARCHIVES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_POSIX: Final = ("Uid", "Gid", "PosixPermissions")
_WINDOWS: Final = "FSX_WINDOWS"
_FREE: Final = dict.fromkeys((*_POSIX, "PreserveDevices", "SecurityDescriptorCopyFlags"), "NONE")
"""The values that no pair of ends refuses."""


def check_ends(options: Options, ends: tuple[End, End], path: Path) -> None:
    """Raises Invalid for the first option that a task from the one to the other cannot have."""
    for name, why in _refused(options, *ends):
        raise Invalid(
            f"DataSync refuses {_member(name)} {options[name]} {why}.", path=(*path, _member(name))
        )


def depends_on_ends(options: Options) -> bool:
    """Whether there are ends between which an option is refused."""
    return any(options.get(name, free) not in {free, None} for name, free in _FREE.items()) or (
        options.get("VerifyMode") == "POINT_IN_TIME_CONSISTENT"
    )


def check_mode(mode: str, ends: tuple[End, End], path: Path) -> None:
    """Raises Invalid for a mode that a task from the one to the other cannot have."""
    why = _basic_refused(ends) if mode == "BASIC" else None
    if mode == "ENHANCED" and any(end.is_on_outposts for end in ends):
        why = "for S3 on Outposts"
    if why is not None:
        other = "BASIC" if mode == "ENHANCED" else "ENHANCED"
        raise Invalid(f"DataSync refuses the mode {mode} {why}. Use {other}.", path=path)


def needs_enhanced(ends: tuple[End, End]) -> bool:
    """Whether BASIC is refused."""
    return _basic_refused(ends) is not None


def prefers_enhanced(ends: tuple[End, End]) -> bool:
    """Whether ENHANCED certainly works, without agents of a certain kind."""
    return needs_enhanced(ends) or all(end.kind == "S3" and not end.is_on_outposts for end in ends)


def _basic_refused(ends: tuple[End, End]) -> str | None:
    if any(end.is_agentless for end in ends):
        return "for an object store that is reached without agents"
    if any(end.name_nodes > 1 for end in ends):
        return "for HDFS with several NameNodes"
    return None


def _refused(options: Options, source: End, destination: End) -> Iterator[tuple[str, str]]:
    """Options with the reason why they are refused."""
    if source.is_object_store and destination.is_object_store:
        for name in _POSIX:
            if options.get(name, "NONE") != "NONE":
                yield name, "between object stores, which have no POSIX attributes"
    if (
        options.get("VerifyMode") == "POINT_IN_TIME_CONSISTENT"
        and destination.storage_class in _ARCHIVES
    ):
        yield "VerifyMode", f"for a destination in {destination.storage_class}"
    if options.get("PreserveDevices") == "PRESERVE" and "EFS" in {source.kind, destination.kind}:
        yield "PreserveDevices", "for EFS, which has no device files"
    flags = "SecurityDescriptorCopyFlags"
    if options.get(flags, "NONE") != "NONE" and not _has_descriptors(source, destination):
        yield (
            flags,
            "except between SMB and FSx for Windows or ONTAP with SMB, or two FSx for Windows",
        )


def _has_descriptors(source: End, destination: End) -> bool:
    """Whether Windows security descriptors are copied between the two."""
    kinds = {source.kind, destination.kind}
    if kinds == {_WINDOWS}:
        return True
    both = source.speaks_smb and destination.speaks_smb
    return both and "SMB" in kinds and kinds != {"SMB"}


def _member(name: str) -> str:
    """The member of the input that sets an option."""
    return name[0].lower() + name[1:]
