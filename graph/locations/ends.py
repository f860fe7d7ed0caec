"""What is known of the ends of a task, from specifications and from descriptions."""

from __future__ import annotations

from typing import Final

from graph.locations import creation_of, kind_of, kind_of_spec
from graph.locations.s3 import is_on_outposts, parts_of_uri
from graph.model.ends import End
from graph.model.location import Location
from graph.model.location_specs import (
    AzureBlobSpec,
    FsxOntapSpec,
    HdfsSpec,
    NewLocationSpec,
    ObjectStorageSpec,
    S3Spec,
)

_SMB: Final = frozenset({"SMB", "FSX_WINDOWS"})
_AGENTS_OPTIONAL: Final = frozenset({"OBJECT_STORAGE", "AZURE_BLOB"})
_OUTPOST: Final = ":s3-outposts:"


def end_of_spec(spec: NewLocationSpec) -> End:
    """The end that a location to be created will be."""
    kind = kind_of_spec(spec).name
    without = isinstance(spec, ObjectStorageSpec | AzureBlobSpec) and not spec.agent_arns
    is_s3 = isinstance(spec, S3Spec)
    return End(
        kind=kind,
        is_agentless=without,
        is_on_outposts=is_s3 and is_on_outposts(creation_of(spec).target(spec)),
        speaks_smb=kind in _SMB or (isinstance(spec, FsxOntapSpec) and spec.smb is not None),
        storage_class=spec.storage_class if isinstance(spec, S3Spec) else None,
        name_nodes=len(spec.name_nodes) if isinstance(spec, HdfsSpec) else 1,
        bucket=spec.bucket_arn.rpartition(":::")[2] if isinstance(spec, S3Spec) else None,
    )


def end_of_location(location: Location) -> End:
    """The end that an existing location is."""
    kind, described = kind_of(location.uri), location.described
    return End(
        kind=kind,
        is_agentless=kind in _AGENTS_OPTIONAL and not described.get("AgentArns"),
        is_on_outposts=kind == "S3" and _OUTPOST in parts_of_uri(location.uri)[0],
        speaks_smb=kind in _SMB or bool((described.get("Protocol") or {}).get("SMB")),
        storage_class=described.get("S3StorageClass"),
        name_nodes=len(described.get("NameNodes") or ()) or 1,
        bucket=parts_of_uri(location.uri)[0] if kind == "S3" else None,
    )
