"""What the inputs of locations consist of: references to secrets, identities and NameNodes."""

from __future__ import annotations

from typing import Final

import strawberry

from graph.schema.scalars import Arn

AGENTS: Final = (
    "The ARNs of 1 to 8 DataSync agents of the mover's account and region that can reach the "
    "server."
)
MAYBE_AGENTS: Final = (
    "The ARNs of up to 8 DataSync agents of the mover's account and region. Without agents, "
    "DataSync reaches the storage over the internet, which needs a task in ENHANCED mode. It "
    "cannot be changed later."
)
GROUPS: Final = (
    "The ARNs of 1 to 5 security groups that give DataSync's network interfaces access to the file "
    "system."
)
IDENTITY_ROLE: Final = (
    "The ARN of the role that DataSync proves its identity with; it must allow "
    "`sts:GetWebIdentityToken`."
)


@strawberry.input(
    description="A reference to a secret of AWS Secrets Manager. The server never sees the secret "
    "itself: DataSync reads it when it accesses the storage."
)
class LocationSecretInput:
    secret_arn: Arn = strawberry.field(
        description="The ARN of the secret, which has the password, the secret key or the token as "
        "its plain text, or a Kerberos keytab as its binary value."
    )
    access_role_arn: Arn = strawberry.field(
        description="The ARN of a role of the mover's account that DataSync can assume and that "
        "may read the secret."
    )


@strawberry.input(
    description="An application of Microsoft Entra ID as which DataSync accesses a container."
)
class AzureIdentityInput:
    role_arn: Arn = strawberry.field(description=IDENTITY_ROLE)
    tenant_id: str = strawberry.field(
        description="The id of the tenant that has the application, a GUID."
    )
    client_id: str = strawberry.field(description="The id of the application, a GUID.")


@strawberry.input(
    description="A provider of a workload identity pool, through which DataSync accesses Google "
    "Cloud Storage."
)
class GoogleIdentityInput:
    role_arn: Arn = strawberry.field(description=IDENTITY_ROLE)
    project_name: str = strawberry.field(
        description="The id of the Google Cloud project, such as `my-project`."
    )
    project_number: str = strawberry.field(
        description="The number of the Google Cloud project, up to 20 digits."
    )
    identity_pool_name: str = strawberry.field(description="The id of the workload identity pool.")
    identity_provider_name: str = strawberry.field(
        description="The id of the provider in the pool."
    )


@strawberry.input(description="A NameNode of a Hadoop cluster.")
class HdfsNameNodeInput:
    hostname: str = strawberry.field(description="Its host name or IPv4 address.")
    port: int = strawberry.field(
        description="The port on which it accepts calls of clients, such as 8020."
    )


@strawberry.input(
    description="The user as whom DataSync mounts a share of a storage virtual machine."
)
class OntapSmbInput:
    user: str = strawberry.field(description="The name of the user, up to 104 characters.")
    secret: LocationSecretInput = strawberry.field(
        description="Where the password of the user is kept."
    )
    domain: str | None = strawberry.field(
        default=None,
        description="The Windows domain of the storage virtual machine; none if absent.",
    )
    version: str | None = strawberry.field(
        default=None,
        description="The SMB version to mount with: AUTOMATIC, SMB1, SMB2_0, SMB2 or SMB3; "
        "AUTOMATIC if absent.",
    )
