"""An object store that speaks the protocol of S3."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import SPACES, check_subdirectory
from graph.locations.checks import (
    check_agents,
    check_form,
    check_hostname,
    check_number,
    check_role,
    check_secret,
    check_word,
    encoded,
    refuse,
    require,
    secret_config,
)
from graph.locations.kind import Creation, Home, LocationKind, Path, given, of_server
from graph.model.errors import Invalid, InvalidReason
from graph.model.location_specs import GoogleIdentitySpec, ObjectStorageSpec

_BUCKET: Final = re.compile(rf"[a-zA-Z0-9_+.()${SPACES}-]{{3,63}}")
_ACCESS_KEY: Final = re.compile(r".{1,200}")
_CERTIFICATE_BYTES: Final = 32_768
_GOOGLE: Final = {
    "project_name": re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]"),
    "project_number": re.compile(r"[0-9]{1,20}"),
    "identity_pool_name": re.compile(r"(?!gcp-)[a-z][a-z0-9-]{2,30}[a-z0-9]"),
    "identity_provider_name": re.compile(r"(?!gcp-)[a-z][a-z0-9-]{2,30}[a-z0-9]"),
}


def _check(spec: ObjectStorageSpec, home: Home, path: Path) -> None:
    check_hostname(spec.server_hostname, (*path, "serverHostname"))
    sentence = "A bucket has 3 to 63 letters, digits, spaces and _ - + . ( ) $."
    check_form(spec.bucket_name, _BUCKET, sentence, (*path, "bucketName"))
    check_number(spec.server_port, 1, 65_535, (*path, "serverPort"))
    check_word(spec.server_protocol, ("HTTPS", "HTTP"), (*path, "serverProtocol"))
    check_subdirectory(spec.subdirectory, (*path, "subdirectory"))
    _check_credentials(spec, home, path)
    _check_certificate(spec, path)
    check_agents(spec.agent_arns, home, path, least=0)


def _check_credentials(spec: ObjectStorageSpec, home: Home, path: Path) -> None:
    sentence = "An access key has 1 to 200 characters."
    check_form(spec.access_key, _ACCESS_KEY, sentence, (*path, "accessKey"))
    if spec.federated_identity is not None:
        refuse(spec, ("access_key", "secret"), "with a federated identity", path)
        _check_identity(spec.federated_identity, home, (*path, "federatedIdentity"))
    elif spec.access_key:
        require(spec, ("secret",), "with an access key: where its secret key is kept", path)
    elif spec.secret:
        require(spec, ("access_key",), "with the secret key that belongs to it", path)
    check_secret(spec.secret, home, path)


def _check_identity(identity: GoogleIdentitySpec, home: Home, path: Path) -> None:
    check_role(identity.role_arn, home, (*path, "roleArn"))
    places = zip(
        _GOOGLE.items(),
        ("projectName", "projectNumber", "identityPoolName", "identityProviderName"),
        strict=True,
    )
    for (name, form), member in places:
        value = getattr(identity, name)
        check_form(value, form, f"'{value[:40]}' is not valid in Google Cloud.", (*path, member))


def _check_certificate(spec: ObjectStorageSpec, path: Path) -> None:
    if spec.server_certificate is None:
        return
    if spec.server_protocol == "HTTP":
        refuse(spec, ("server_certificate",), "with HTTP", path)
    where = (*path, "serverCertificate")
    if len(spec.server_certificate.encode()) > _CERTIFICATE_BYTES:
        raise Invalid(
            f"A certificate has at most {_CERTIFICATE_BYTES} bytes.",
            path=where,
            reason=InvalidReason.TOO_LONG,
        )
    if "-----BEGIN CERTIFICATE-----" not in spec.server_certificate:
        raise Invalid("The certificate must be in PEM form.", path=where)
    if "PRIVATE KEY" in spec.server_certificate:
        raise Invalid("A private key must not be sent: only certificates are needed.", path=where)


def _params(spec: ObjectStorageSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        ServerHostname=spec.server_hostname,
        BucketName=spec.bucket_name,
        ServerPort=spec.server_port,
        ServerProtocol=spec.server_protocol,
        AccessKey=spec.access_key,
        CustomSecretConfig=secret_config(spec.secret),
        FederatedIdentity=_identity(spec.federated_identity),
        ServerCertificate=encoded(spec.server_certificate),
        AgentArns=list(spec.agent_arns),
    )


def _identity(identity: GoogleIdentitySpec | None) -> dict[str, Any] | None:
    if identity is None:
        return None
    google = {
        "ProjectName": identity.project_name,
        "ProjectNumber": identity.project_number,
        "IdentityPoolName": identity.identity_pool_name,
        "IdentityProviderName": identity.identity_provider_name,
    }
    return {"AwsIamRole": identity.role_arn, "ExternalIdentity": {"GoogleOidc": google}}


KIND: Final = LocationKind(
    name="OBJECT_STORAGE",
    scheme="object-storage",
    operation="object_storage",
    creation=Creation(
        spec=ObjectStorageSpec,
        check=_check,
        params=_params,
        target=lambda spec: f"object-storage://{spec.server_hostname}/{spec.bucket_name}",
    ),
    resources_at=of_server,
)
