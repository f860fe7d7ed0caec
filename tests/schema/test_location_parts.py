"""Parts of locations: whose a secret is, and as whom DataSync accesses other clouds."""

from __future__ import annotations

from typing import Any

import pytest

from graph.schema.location import Location
from graph.schema.locations import TYPES, of_its_kind
from tests.schema.execution import select
from tests.schema.test_locations import location

WITH_SECRET = ("SMB", "HDFS", "OBJECT_STORAGE", "AZURE_BLOB", "FSX_WINDOWS")
ROLE = "arn:aws:iam::222222222222:role/reads"


async def shown(kind: str, selection: str, **described: Any) -> Any:
    value = of_its_kind(location(kind, **described))
    return await select(Location, value, f"{{ ... on {TYPES[kind].__name__} {{ {selection} }} }}")


@pytest.mark.parametrize("kind", WITH_SECRET)
@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("ManagedSecretConfig", {}, {"kind": "MANAGED"}),
        ("CmkSecretConfig", {"KmsKeyArn": "k"}, {"kind": "CUSTOMER_KEY", "kmsKeyArn": "k"}),
        (
            "CustomSecretConfig",
            {"SecretAccessRoleArn": ROLE},
            {"kind": "CUSTOM", "accessRoleArn": ROLE},
        ),
    ],
)
async def test_a_secret_is_shown_by_its_arn_and_by_who_created_it(
    kind: str, name: str, config: dict[str, str], expected: dict[str, str]
) -> None:
    found = await shown(
        kind,
        "secret { kind secretArn kmsKeyArn accessRoleArn }",
        **{name: {"SecretArn": "s", **config}},
    )
    nothing = {"kmsKeyArn": None, "accessRoleArn": None}
    assert found == {"secret": {"secretArn": "s"} | nothing | expected}


@pytest.mark.parametrize("described", [{}, {"CustomSecretConfig": {}}, {"CmkSecretConfig": None}])
async def test_a_location_without_a_secret_has_none(described: dict[str, Any]) -> None:
    assert await shown("SMB", "secret { kind }", **described) == {"secret": None}


async def test_a_federated_identity_is_shown_with_its_role() -> None:
    azure = await shown(
        "AZURE_BLOB",
        "federatedIdentity { roleArn tenantId clientId }",
        FederatedIdentity={"AwsIamRole": ROLE, "AzureOidc": {"TenantId": "t", "ClientId": "c"}},
    )
    assert azure == {"federatedIdentity": {"roleArn": ROLE, "tenantId": "t", "clientId": "c"}}
    google = await shown(
        "OBJECT_STORAGE",
        "federatedIdentity { roleArn projectName projectNumber identityPoolName }",
        FederatedIdentity={
            "AwsIamRole": ROLE,
            "ExternalIdentity": {"GoogleOidc": {"ProjectName": "p", "ProjectNumber": "1"}},
        },
    )
    assert google["federatedIdentity"] == {
        "roleArn": ROLE,
        "projectName": "p",
        "projectNumber": "1",
        "identityPoolName": None,
    }
