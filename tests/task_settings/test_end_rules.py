"""Options and modes that DataSync refuses between certain kinds of locations."""

from __future__ import annotations

import pytest

from graph.model.ends import End
from graph.model.errors import Invalid
from graph.task_settings.end_rules import (
    check_ends,
    check_mode,
    depends_on_ends,
    needs_enhanced,
    prefers_enhanced,
)

S3 = End(kind="S3")
EFS = End(kind="EFS")
NFS = End(kind="NFS")
ARCHIVE = End(kind="S3", storage_class="DEEP_ARCHIVE")
OUTPOST = End(kind="S3", is_on_outposts=True)
SMB = End(kind="SMB", speaks_smb=True)
WINDOWS = End(kind="FSX_WINDOWS", speaks_smb=True)
SHARE = End(kind="FSX_ONTAP", speaks_smb=True)
EXPORT = End(kind="FSX_ONTAP")
AGENTLESS = End(kind="AZURE_BLOB", is_agentless=True)
CLUSTER = End(kind="HDFS", name_nodes=2)
FLAGS = "SecurityDescriptorCopyFlags"


@pytest.mark.parametrize(
    ("name", "value", "source", "destination", "allowed"),
    [
        ("Uid", "INT_VALUE", S3, S3, False),
        ("Gid", "INT_VALUE", AGENTLESS, S3, False),
        ("PosixPermissions", "PRESERVE", S3, S3, False),
        ("PosixPermissions", "NONE", S3, S3, True),
        ("Uid", "INT_VALUE", S3, EFS, True),
        ("Uid", "INT_VALUE", NFS, S3, True),
        ("VerifyMode", "POINT_IN_TIME_CONSISTENT", S3, ARCHIVE, False),
        ("VerifyMode", "POINT_IN_TIME_CONSISTENT", ARCHIVE, S3, True),
        ("VerifyMode", "NONE", S3, ARCHIVE, True),
        ("PreserveDevices", "PRESERVE", NFS, EFS, False),
        ("PreserveDevices", "PRESERVE", EFS, NFS, False),
        ("PreserveDevices", "PRESERVE", NFS, S3, True),
        (FLAGS, "OWNER_DACL", SMB, WINDOWS, True),
        (FLAGS, "OWNER_DACL", SHARE, SMB, True),
        (FLAGS, "OWNER_DACL_SACL", WINDOWS, WINDOWS, True),
        (FLAGS, "OWNER_DACL", WINDOWS, SHARE, False),
        (FLAGS, "OWNER_DACL", SMB, EXPORT, False),
        (FLAGS, "OWNER_DACL", SMB, SMB, False),
        (FLAGS, "OWNER_DACL", SMB, S3, False),
        (FLAGS, "NONE", SMB, S3, True),
    ],
)
def test_options_depend_on_the_kinds(
    *, name: str, value: str, source: End, destination: End, allowed: bool
) -> None:
    if allowed:
        check_ends({name: value}, (source, destination), ("options",))
        return
    with pytest.raises(Invalid) as caught:
        check_ends({name: value}, (source, destination), ("options",))
    assert caught.value.path == ("options", name[0].lower() + name[1:])


@pytest.mark.parametrize(
    ("mode", "ends", "allowed"),
    [
        ("BASIC", (AGENTLESS, S3), False),
        ("BASIC", (CLUSTER, S3), False),
        ("BASIC", (S3, S3), True),
        ("BASIC", (OUTPOST, S3), True),
        ("ENHANCED", (OUTPOST, S3), False),
        ("ENHANCED", (CLUSTER, S3), True),
        ("ENHANCED", (NFS, EFS), True),
    ],
)
def test_modes_depend_on_the_kinds(*, mode: str, ends: tuple[End, End], allowed: bool) -> None:
    if allowed:
        check_mode(mode, ends, ("mode",))
        return
    with pytest.raises(Invalid) as caught:
        check_mode(mode, ends, ("mode",))
    assert caught.value.path == ("mode",)


def test_only_some_options_depend_on_the_kinds() -> None:
    assert not depends_on_ends({"LogLevel": "BASIC", "Uid": "NONE", "VerifyMode": "NONE"})
    assert depends_on_ends({"Gid": "INT_VALUE"})
    assert depends_on_ends({"VerifyMode": "POINT_IN_TIME_CONSISTENT"})


def test_enhanced_is_preferred_where_it_certainly_works() -> None:
    assert needs_enhanced((AGENTLESS, S3))
    assert prefers_enhanced((AGENTLESS, S3))
    assert not needs_enhanced((S3, S3))
    assert prefers_enhanced((S3, S3))
    assert not prefers_enhanced((OUTPOST, S3))
    assert not prefers_enhanced((NFS, S3))
