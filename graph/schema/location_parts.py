"""What the types of locations consist of: references to secrets, identities and NameNodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import strawberry

from graph.model.location import Location, SecretKind
from graph.schema import enums  # noqa: F401 - describes the enum
from graph.schema.fields import item
from graph.schema.scalars import Arn

T = TypeVar("T", bound="AzureIdentity | GoogleIdentity")

_CONFIGS: Final = {
    "ManagedSecretConfig": SecretKind.MANAGED,
    "CmkSecretConfig": SecretKind.CUSTOMER_KEY,
    "CustomSecretConfig": SecretKind.CUSTOM,
}


@strawberry.type(
    description="A reference to the secret of AWS Secrets Manager that DataSync uses for a "
    "location. Its value is never shown."
)
class LocationSecret:
    value: strawberry.Private[Mapping[str, Any]]
    kind: SecretKind = strawberry.field(description="Who created the secret, and its key.")
    secret_arn: Arn | None = item("SecretArn", description="The ARN of the secret.")
    kms_key_arn: Arn | None = item(
        "KmsKeyArn",
        description="The ARN of the KMS key of a secret of the kind CUSTOMER_KEY; null otherwise.",
    )
    access_role_arn: Arn | None = item(
        "SecretAccessRoleArn",
        description="The ARN of the role with which DataSync reads a secret of the kind CUSTOM; "
        "null otherwise.",
    )


@strawberry.type(
    description="An application of Microsoft Entra ID as which DataSync accesses a container."
)
class AzureIdentity:
    value: strawberry.Private[Mapping[str, Any]]
    role_arn: Arn | None = item(
        "AwsIamRole", description="The ARN of the role that DataSync proves its identity with."
    )
    tenant_id: str | None = item(
        "AzureOidc", "TenantId", description="The id of the tenant that has the application."
    )
    client_id: str | None = item("AzureOidc", "ClientId", description="The id of the application.")


@strawberry.type(
    description="A provider of a workload identity pool, through which DataSync accesses Google "
    "Cloud Storage."
)
class GoogleIdentity:
    value: strawberry.Private[Mapping[str, Any]]
    role_arn: Arn | None = item(
        "AwsIamRole", description="The ARN of the role that DataSync proves its identity with."
    )
    project_name: str | None = item(
        *("ExternalIdentity", "GoogleOidc", "ProjectName"),
        description="The id of the Google Cloud project.",
    )
    project_number: str | None = item(
        *("ExternalIdentity", "GoogleOidc", "ProjectNumber"),
        description="The number of the Google Cloud project.",
    )
    identity_pool_name: str | None = item(
        *("ExternalIdentity", "GoogleOidc", "IdentityPoolName"),
        description="The id of the workload identity pool.",
    )
    identity_provider_name: str | None = item(
        *("ExternalIdentity", "GoogleOidc", "IdentityProviderName"),
        description="The id of the provider in the pool.",
    )


@strawberry.type(description="A NameNode of a Hadoop cluster.")
class HdfsNameNode:
    value: strawberry.Private[Mapping[str, Any]]
    hostname: str | None = item("Hostname", description="Its host name or IP address.")
    port: int | None = item("Port", description="The port on which it accepts calls of clients.")


def secret_of(location: Location) -> LocationSecret | None:
    """The secret in the description of a location."""
    return secret_in(location.described)


def secret_in(described: Mapping[str, Any] | None) -> LocationSecret | None:
    """The secret in a structure of AWS, of which at most one kind is set."""
    for name, kind in _CONFIGS.items():
        config = (described or {}).get(name)
        if config:
            return LocationSecret(value=config, kind=kind)
    return None


def identity_of(kind: type[T], location: Location) -> T | None:
    """The federated identity in the description of a location."""
    given = location.described.get("FederatedIdentity")
    return kind(value=given) if given else None


def text_of(given: bytes | None) -> str | None:
    """A text that AWS returns as bytes. Bytes that are no text are replaced."""
    return given.decode(errors="replace") if given else None
