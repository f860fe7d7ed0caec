"""A storage virtual machine in Amazon FSx for NetApp ONTAP."""

from __future__ import annotations

from typing import Final

from graph.locations.kind import LocationKind

KIND: Final = LocationKind(
    name="FSX_ONTAP",
    scheme="fsxn",
    operation="fsx_ontap",
    more_schemes=("fsxn-nfs", "fsxn-smb"),
)
