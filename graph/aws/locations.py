"""DataSync's locations, of every kind."""

from __future__ import annotations

from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.tasks import PAGE, described
from graph.model import names
from graph.model.errors import Invalid, NotFound
from graph.model.location import Location

KINDS: Final = {
    "S3": ("s3", "s3"),
    "EFS": ("efs", "efs"),
    "NFS": ("nfs", "nfs"),
    "SMB": ("smb", "smb"),
    "HDFS": ("hdfs", "hdfs"),
    "OBJECT_STORAGE": ("object-storage", "object_storage"),
    "AZURE_BLOB": ("azure-blob", "azure_blob"),
    "FSX_LUSTRE": ("fsxl", "fsx_lustre"),
    "FSX_WINDOWS": ("fsxw", "fsx_windows"),
    "FSX_OPEN_ZFS": ("fsxz", "fsx_open_zfs"),
    "FSX_ONTAP": ("fsxn", "fsx_ontap"),
}
"""By kind: the scheme of its URI, and the end of the names of its calls."""

_BY_SCHEME: Final = {scheme: kind for kind, (scheme, _) in KINDS.items()} | {
    "fsxn-nfs": "FSX_ONTAP",
    "fsxn-smb": "FSX_ONTAP",
}


async def list_locations(gateway: Gateway, account_id: str) -> dict[str, str]:
    """The URI of every location of an account, by ARN; what they tell of kinds is remembered."""
    found = {
        item["LocationArn"]: item.get("LocationUri") or ""
        async for page in gateway.pages(
            account_id, "datasync", "list_locations", "Locations", MaxResults=PAGE
        )
        for item in page
    }
    for arn, uri in found.items():
        gateway.memory.location_kinds.put(arn, kind_of(uri))
    return found


async def describe_location(gateway: Gateway, location_arn: str) -> Location | None:
    """One location, or None where it is gone.

    An ARN does not tell its kind, and each kind has a describe call of its own. S3, the most
    frequent, is tried first; only where that fails is the account's list read, once.
    """
    kind = gateway.memory.location_kinds.get(location_arn)
    try:
        return await _described(gateway, location_arn, kind or "S3")
    except NotFound:
        if kind is not None:
            return None
    except Invalid:
        if kind is not None:
            raise
    account_id = names.arn(location_arn).account
    uris: dict[str, str] = await gateway.shared(
        account_id, ("locations",), lambda: list_locations(gateway, account_id)
    )
    uri = uris.get(location_arn)
    return None if uri is None else await _described(gateway, location_arn, kind_of(uri), uri)


def kind_of(uri: str) -> str:
    """The kind that a URI's scheme stands for; the scheme in capitals where it is a new one."""
    scheme = uri.partition("://")[0]
    return _BY_SCHEME.get(scheme, scheme.upper().replace("-", "_"))


async def _described(
    gateway: Gateway, location_arn: str, kind: str, uri: str | None = None
) -> Location:
    account_id = names.arn(location_arn).account
    if kind not in KINDS:
        uri = uri or (await list_locations(gateway, account_id)).get(location_arn)
        if uri is None:
            raise NotFound(f"location {location_arn} not found")
        return Location(arn=location_arn, kind=kind, uri=uri, created_at=None, described={})

    async def read() -> dict[str, Any]:
        operation = f"describe_location_{KINDS[kind][1]}"
        return await gateway.call(
            account_id, "datasync", Access.READ, operation, LocationArn=location_arn
        )

    answer = await gateway.shared(account_id, ("location", location_arn, kind), read)
    gateway.memory.location_kinds.put(location_arn, kind)
    return Location(
        arn=location_arn,
        kind=kind,
        uri=answer.get("LocationUri") or "",
        created_at=answer.get("CreationTime"),
        described=described(answer),
    )
