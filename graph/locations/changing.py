"""What can be changed of a location of each kind, and the call that does it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.locations import KINDS, kind_of_spec
from graph.locations.kind import Creation, Home, Path, given
from graph.locations.present import kept_secret, spec_of
from graph.model.errors import Conflict, Invalid, InvalidReason
from graph.model.location import Location
from graph.model.location_specs import NewLocationSpec
from graph.model.resources import Resource

CHANGEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "S3": ("subdirectory", "storage_class"),
    "EFS": (
        *("subdirectory", "access_point_arn", "file_system_access_role_arn"),
        "in_transit_encryption",
    ),
    "NFS": ("subdirectory", "server_hostname", "agent_arns", "version"),
    "SMB": (
        *("subdirectory", "server_hostname", "user", "domain", "secret", "agent_arns", "version"),
        *("authentication_type", "kerberos_principal", "kerberos_krb5_conf", "dns_ip_addresses"),
    ),
    "HDFS": (
        *("subdirectory", "name_nodes", "block_size", "replication_factor"),
        *("kms_key_provider_uri", "rpc_protection", "data_transfer_protection"),
        *("authentication_type", "simple_user", "kerberos_principal", "kerberos_krb5_conf"),
        *("agent_arns", "secret"),
    ),
    "OBJECT_STORAGE": (
        *("server_port", "server_protocol", "subdirectory", "server_hostname", "access_key"),
        *("secret", "federated_identity", "server_certificate"),
    ),
    "AZURE_BLOB": (
        *("subdirectory", "authentication_type", "access_tier", "secret", "federated_identity"),
    ),
    "FSX_LUSTRE": ("subdirectory",),
    "FSX_OPEN_ZFS": ("subdirectory", "version"),
    "FSX_ONTAP": ("subdirectory", "smb"),
    "FSX_WINDOWS": ("subdirectory", "user", "domain", "secret"),
}
"""By kind: the fields of its specification."""
_RIVALS: Final[Mapping[str, tuple[str, ...]]] = {
    "NTLM": ("kerberos_principal", "kerberos_krb5_conf", "dns_ip_addresses", "secret"),
    "KERBEROS": ("user", "domain", "simple_user", "secret"),
    "SIMPLE": ("kerberos_principal", "kerberos_krb5_conf", "secret"),
    "SAS": ("federated_identity",),
    "OIDC": ("secret",),
    "NONE": ("secret", "federated_identity"),
}
"""What does not stay when the authentication changes to another type."""
_IDENTITY: Final = "federated_identity"
_KEYS: Final = ("access_key", "secret")
_REVISION: Final = 32
"""Hexadecimal digits."""
_VOLATILE: Final = frozenset({"CreationTime", "LocationArn"})


@dataclass(frozen=True, slots=True)
class LocationUpdate:
    """A change of one location."""

    params: dict[str, Any]
    """Of the update call, without the ARN; empty if nothing differs."""
    resources: tuple[Resource, ...]
    """What the location uses after it."""


def update_of(
    location: Location, changes: Mapping[str, Any], home: Home, path: Path
) -> LocationUpdate:
    """``changes``: by the fields of the kind's specification.

    Raises Invalid, with the place in the input, for what AWS would certainly refuse; Conflict for
    a location that cannot be read as a specification.
    """
    creation = KINDS[location.kind].creation
    before = spec_of(location, home)
    if before is None:
        raise Conflict("What the location consists of cannot be told from what AWS reports of it.")
    after = replace(before, **_with_rivals(before, changes, path))
    if _passes(before, home):
        creation.check(after, home, path)
    old, new = _params(before), _params(after)
    kept = {kept_secret(home).secret_arn, kept_secret(home).access_role_arn}
    used = [each for each in creation.resources(after, path) if each.arn not in kept]
    differ = {name: value for name, value in new.items() if old.get(name) != value}
    return LocationUpdate(differ, tuple(used))


def revision_of(location: Location) -> str:
    """A text that differs whenever what AWS reports of a location differs."""
    shown = {name: it for name, it in location.described.items() if name not in _VOLATILE}
    text = json.dumps([location.uri, shown], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_REVISION]


def _with_rivals(
    before: NewLocationSpec, changes: Mapping[str, Any], path: Path
) -> Mapping[str, Any]:
    """The changes, and what they displace. Raises Invalid for a change that displaces nothing."""
    if "smb" in changes and getattr(before, "smb", None) is None:
        text = "'smb' is not allowed for a location that is mounted by NFS."
        raise Invalid(text, path=(*path, "smb"))
    gone: tuple[str, ...] = ()
    chosen = changes.get("authentication_type")
    if chosen not in (None, getattr(before, "authentication_type", None)):
        gone = _RIVALS.get(str(chosen), ())
        _require_secret(changes, str(chosen), path)
    elif _IDENTITY in changes and hasattr(before, "access_key"):
        gone = _KEYS
    elif hasattr(before, "access_key") and any(name in changes for name in _KEYS):
        gone = (_IDENTITY,)
    own = {name: getattr(before, name) for name in gone if hasattr(before, name)}
    empty = {name: () if isinstance(value, tuple) else None for name, value in own.items()}
    return empty | dict(changes)


def _require_secret(changes: Mapping[str, Any], chosen: str, path: Path) -> None:
    """The secret of another type of authentication is another one."""
    if chosen in {"NTLM", "KERBEROS", "SAS"} and "secret" not in changes:
        raise Invalid(
            f"'secret' is required when the authentication changes to {chosen}.",
            path=(*path, "secret"),
            reason=InvalidReason.MISSING,
        )


def _passes(spec: NewLocationSpec, home: Home) -> bool:
    """Whether it keeps our rules, which a location that was made elsewhere may not."""
    try:
        _creation(spec).check(spec, home, ())
    except Invalid:
        return False
    return True


def _params(spec: NewLocationSpec) -> dict[str, Any]:
    return given(Subdirectory=spec.subdirectory) | _creation(spec).params(spec, None)


def _creation(spec: NewLocationSpec) -> Creation:
    return kind_of_spec(spec).creation
