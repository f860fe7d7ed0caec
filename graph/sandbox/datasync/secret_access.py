"""The secrets with which DataSync reaches storage: given in a request, or read with a role.

The service reads them when a task runs. Only the texts of ``x40016`` and of Azure are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.secretsmanager.models import secretsmanager_backends

from graph.sandbox.failures import Failure
from graph.sandbox.roles import check_role, role_allows

_PLAIN: Final = ("Password", "SecretKey", "KerberosKeytab")
_READ: Final = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")


def check_secret(
    params: Mapping[str, Any], partition: str, location_arn: str, wanted: str | None
) -> None:
    """Raises Failure if a location's secret cannot be read, or is not the right one.

    ``wanted``: None for storage that accepts any.
    """
    holder = (params.get("Protocol") or {}).get("SMB") or params
    config = holder.get("CustomSecretConfig")
    given = _read(config, partition, location_arn) if config else _plain(holder)
    if wanted is not None and given != wanted:
        if "ContainerUrl" in params:
            raise Failure(
                "FsAzureBlobVolRootListBlobsFailed",
                "Unable to list Azure Blobs on the volume root",
            )
        raise _inaccessible(location_arn, "x40016: mount error(13): Permission denied")


def _plain(holder: Mapping[str, Any]) -> str | None:
    given = next((holder[name] for name in _PLAIN if holder.get(name)), None)
    token: str | None = (holder.get("SasConfiguration") or {}).get("Token")
    return given.decode() if isinstance(given, bytes) else given or token


def _read(config: Mapping[str, str], partition: str, location_arn: str) -> str:
    arn, role = config["SecretArn"], config["SecretAccessRoleArn"]
    check_role(role, partition, location_arn)
    for action in _READ:
        if not role_allows(role, partition, action, arn):
            raise _inaccessible(location_arn, f"the role {role} does not allow {action} on {arn}")
    _, _, _, region, account, *_ = arn.split(":")
    backend = secretsmanager_backends[account][region]
    if arn not in backend.secrets:
        raise _inaccessible(location_arn, f"the secret {arn} does not exist")
    value = backend.get_secret_value(arn, "", "")
    return str(value.get("SecretString") or value["SecretBinary"].decode())


def _inaccessible(location_arn: str, why: str) -> Failure:
    return Failure(
        "SyncTaskErrorLocationNotAdded",
        f"Task failed to access location {location_arn.rpartition('/')[2]}: {why}",
    )
