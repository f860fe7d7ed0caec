"""A container in Azure Blob Storage."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.checks import (
    check_agents,
    check_form,
    check_role,
    check_secret,
    check_word,
    refuse,
    require,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, given, of_server
from graph.model.location_specs import AzureBlobSpec, AzureIdentitySpec

_URL: Final = re.compile(
    r"(?=.{1,325}$)https://[A-Za-z0-9]((\.|-+)?[A-Za-z0-9]){0,252}/[a-z0-9](-?[a-z0-9]){2,62}"
)
_FOLDER: Final = re.compile(r"[^\n\r]{0,1024}")
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _check(spec: AzureBlobSpec, home: Home, path: Path) -> None:
    sentence = (
        "The URL of a container is https://, the host and the container, such as "
        "https://account.blob.core.windows.net/container, without a SAS token."
    )
    check_form(spec.container_url, _URL, sentence, (*path, "containerUrl"))
    check_word(spec.authentication_type, ("SAS", "NONE", "OIDC"), (*path, "authenticationType"))
    with_it = f"with {spec.authentication_type} authentication"
    if spec.authentication_type == "SAS":
        require(spec, ("secret",), f"{with_it}: where the SAS token is kept", path)
    else:
        refuse(spec, ("secret",), with_it, path)
    if spec.authentication_type == "OIDC":
        require(spec, ("federated_identity",), with_it, path)
    else:
        refuse(spec, ("federated_identity",), with_it, path)
    check_secret(spec.secret, home, path)
    if spec.federated_identity is not None:
        _check_identity(spec.federated_identity, home, (*path, "federatedIdentity"))
    check_word(spec.access_tier, ("HOT", "COOL", "ARCHIVE"), (*path, "accessTier"))
    sentence = "A folder has at most 1024 characters, without line breaks."
    check_form(spec.subdirectory, _FOLDER, sentence, (*path, "subdirectory"))
    check_agents(spec.agent_arns, home, path, least=0)


def _check_identity(identity: AzureIdentitySpec, home: Home, path: Path) -> None:
    check_role(identity.role_arn, home, (*path, "roleArn"))
    for member, value in (("tenantId", identity.tenant_id), ("clientId", identity.client_id)):
        check_form(value, _ID, f"'{value[:40]}' is not a GUID.", (*path, member))


def _params(spec: AzureBlobSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        ContainerUrl=spec.container_url,
        AuthenticationType=spec.authentication_type,
        CustomSecretConfig=secret_config(spec.secret),
        FederatedIdentity=_identity(spec.federated_identity),
        AccessTier=spec.access_tier,
        AgentArns=list(spec.agent_arns),
    )


def _identity(identity: AzureIdentitySpec | None) -> dict[str, Any] | None:
    if identity is None:
        return None
    application = {"TenantId": identity.tenant_id, "ClientId": identity.client_id}
    return {"AwsIamRole": identity.role_arn, "AzureOidc": application}


KIND: Final = LocationKind(
    name="AZURE_BLOB",
    scheme="azure-blob",
    operation="azure_blob",
    creation=Creation(
        spec=AzureBlobSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.container_url),
    ),
    resources_at=of_server,
)
