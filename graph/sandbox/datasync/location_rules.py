"""Which members of a location's create call go together; the service's model does not say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from graph.sandbox.datasync.errors import INVALID_PARAMETER, InvalidRequestException

Params = dict[str, Any]
_KERBEROS: Final = ("KerberosPrincipal", "KerberosKrb5Conf")


def check_location(operation: str, params: Params) -> None:
    """Raises InvalidRequestException with the first rule that a create call breaks."""
    rules = _RULES.get(operation.removeprefix("CreateLocation"))
    if rules is None or not operation.startswith("CreateLocation"):
        return
    for sentence in rules(params):
        raise InvalidRequestException(f"Invalid parameter: {sentence}", INVALID_PARAMETER)


def _needed(params: Params, names: tuple[str, ...], with_what: str) -> Iterator[str]:
    yield from (f"{name} is required with {with_what}." for name in names if not params.get(name))


def _unwanted(params: Params, names: tuple[str, ...], with_what: str) -> Iterator[str]:
    yield from (f"{name} is not allowed with {with_what}." for name in names if params.get(name))


def _secret(params: Params, plain: str, what: str) -> Iterator[str]:
    """Exactly one of the three ways in which the service is given a secret."""
    custom = params.get("CustomSecretConfig")
    if custom and (params.get(plain) or params.get("CmkSecretConfig")):
        yield f"CustomSecretConfig is not allowed together with {plain} or CmkSecretConfig."
    if custom:
        yield from _needed(custom, ("SecretArn", "SecretAccessRoleArn"), "CustomSecretConfig")
    elif not params.get(plain):
        yield f"{what} requires {plain} or CustomSecretConfig."


def _s3(params: Params) -> Iterator[str]:
    what = "a bucket or access point in the Region"
    if ":s3-outposts:" in params["S3BucketArn"]:
        yield from _needed(params, ("AgentArns",), "S3 on Outposts")
        if params.get("S3StorageClass") not in (None, "OUTPOSTS"):
            yield "S3StorageClass of S3 on Outposts is OUTPOSTS."
    else:
        yield from _unwanted(params, ("AgentArns",), what)
        if params.get("S3StorageClass") == "OUTPOSTS":
            yield f"S3StorageClass OUTPOSTS is not allowed with {what}."


def _efs(params: Params) -> Iterator[str]:
    if params.get("InTransitEncryption") != "TLS1_2":
        for name in ("AccessPointArn", "FileSystemAccessRoleArn"):
            if params.get(name):
                yield f"{name} requires InTransitEncryption TLS1_2."


def _smb(params: Params) -> Iterator[str]:
    if params.get("AuthenticationType") == "KERBEROS":
        yield from _needed(params, _KERBEROS, "KERBEROS")
        yield from _unwanted(params, ("User", "Domain", "Password"), "KERBEROS")
        yield from _secret(params, "KerberosKeytab", "KERBEROS")
    else:
        yield from _needed(params, ("User",), "NTLM")
        yield from _unwanted(params, (*_KERBEROS, "KerberosKeytab", "DnsIpAddresses"), "NTLM")
        yield from _secret(params, "Password", "NTLM")


def _hdfs(params: Params) -> Iterator[str]:
    if params["AuthenticationType"] == "SIMPLE":
        yield from _needed(params, ("SimpleUser",), "SIMPLE")
        yield from _unwanted(params, (*_KERBEROS, "KerberosKeytab", "CustomSecretConfig"), "SIMPLE")
    else:
        yield from _needed(params, _KERBEROS, "KERBEROS")
        yield from _secret(params, "KerberosKeytab", "KERBEROS")


def _object_storage(params: Params) -> Iterator[str]:
    if params.get("FederatedIdentity"):
        secrets = ("AccessKey", "SecretKey", "CustomSecretConfig", "CmkSecretConfig")
        yield from _unwanted(params, secrets, "FederatedIdentity")
    elif params.get("AccessKey"):
        yield from _secret(params, "SecretKey", "AccessKey")
    if params.get("ServerProtocol") == "HTTP":
        yield from _unwanted(params, ("ServerCertificate",), "HTTP")


def _azure_blob(params: Params) -> Iterator[str]:
    kind = params["AuthenticationType"]
    if kind == "SAS":
        yield from _secret(params, "SasConfiguration", "SAS")
    else:
        yield from _unwanted(params, ("SasConfiguration", "CustomSecretConfig"), kind)
    if kind == "OIDC":
        yield from _needed(params, ("FederatedIdentity",), kind)
    else:
        yield from _unwanted(params, ("FederatedIdentity",), kind)


def _ontap(params: Params) -> Iterator[str]:
    protocol = params["Protocol"]
    if len([name for name in ("NFS", "SMB") if protocol.get(name)]) != 1:
        yield "Protocol must have exactly one of NFS and SMB."
    if smb := protocol.get("SMB"):
        yield from _secret(smb, "Password", "SMB")


def _windows(params: Params) -> Iterator[str]:
    yield from _secret(params, "Password", "FSx for Windows File Server")


def _open_zfs(params: Params) -> Iterator[str]:
    if not (params.get("Subdirectory") or "/fsx").startswith("/fsx"):
        yield "Subdirectory must begin with /fsx."


_RULES: Final[dict[str, Callable[[Params], Iterator[str]]]] = {
    "S3": _s3,
    "Efs": _efs,
    "Smb": _smb,
    "Hdfs": _hdfs,
    "ObjectStorage": _object_storage,
    "AzureBlob": _azure_blob,
    "FsxOntap": _ontap,
    "FsxOpenZfs": _open_zfs,
    "FsxWindows": _windows,
}
