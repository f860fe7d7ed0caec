"""Existing locations as specifications: what a change starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.locations import resources_at
from graph.locations.kind import Home
from graph.locations.s3 import parts_of_uri
from graph.model.location import Location
from graph.model.location_specs import (
    AzureBlobSpec,
    AzureIdentitySpec,
    EfsSpec,
    FsxLustreSpec,
    FsxOntapSpec,
    FsxOpenZfsSpec,
    FsxWindowsSpec,
    GoogleIdentitySpec,
    HdfsSpec,
    NameNodeSpec,
    NewLocationSpec,
    NfsSpec,
    ObjectStorageSpec,
    OntapSmbSpec,
    S3Spec,
    SecretSpec,
    SmbSpec,
)

Described = Mapping[str, Any]
_KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class _Found:
    """A description with the parts of the location's URI."""

    location: Location
    home: Home

    @property
    def described(self) -> Described:
        return self.location.described

    def get(self, *path: str) -> Any:  # noqa: ANN401 - a member of AWS's answer
        found: Any = self.described
        for name in path:
            found = (found or {}).get(name)
        return found or None

    def arns(self, *path: str) -> tuple[str, ...]:
        return tuple(self.get(*path) or ())

    def host(self, parts: int = 1) -> str:
        """The first parts of the URI, such as host and bucket."""
        return "/".join(self._rest.split("/")[:parts])

    def path(self, parts: int = 1) -> str:
        """What follows them, which begins with a slash and ends with none."""
        return "/" + "/".join(self._rest.split("/")[parts:]).strip("/")

    def file_system(self) -> str:
        """Raises LookupError if it cannot be told."""
        found = resources_at(self.location.arn, self.location)[0].arn
        if found == self.location.arn:
            raise LookupError(found)
        return found

    def secret(self, config: Described | None, *, needed: bool = True) -> SecretSpec | None:
        """A placeholder for one that the service keeps or does not show."""
        if config:
            return SecretSpec(
                secret_arn=config["SecretArn"], access_role_arn=config["SecretAccessRoleArn"]
            )
        return kept_secret(self.home) if needed else None

    @property
    def _rest(self) -> str:
        return self.location.uri.partition("://")[2]


def kept_secret(home: Home) -> SecretSpec:
    """Stands for a secret that stays as it is, and that nobody can name."""
    own = f"{home.region}:{home.account_id}"
    return SecretSpec(
        secret_arn=f"arn:{home.partition}:secretsmanager:{own}:secret:{_KEPT}",
        access_role_arn=f"arn:{home.partition}:iam::{home.account_id}:role/{_KEPT}",
    )


def spec_of(location: Location, home: Home) -> NewLocationSpec | None:
    """The specification that would create the location; None if that cannot be told.

    It has placeholders for what the service does not show, such as a secret that it keeps.
    """
    read = _READERS.get(location.kind)
    try:
        return None if read is None else read(_Found(location, home))
    except (LookupError, TypeError, ValueError):
        return None


def _s3(found: _Found) -> S3Spec:
    bucket, path = parts_of_uri(found.location.uri)
    arn = bucket if bucket.startswith("arn:") else f"arn:{found.home.partition}:s3:::{bucket}"
    return S3Spec(
        bucket_arn=arn,
        subdirectory="/" + path.strip("/"),
        storage_class=found.get("S3StorageClass"),
        agent_arns=found.arns("AgentArns"),
    )


def _efs(found: _Found) -> EfsSpec:
    return EfsSpec(
        filesystem_arn=found.file_system(),
        subnet_arn=found.described["Ec2Config"]["SubnetArn"],
        security_group_arns=found.arns("Ec2Config", "SecurityGroupArns"),
        subdirectory=found.path(),
        access_point_arn=found.get("AccessPointArn"),
        file_system_access_role_arn=found.get("FileSystemAccessRoleArn"),
        in_transit_encryption=found.get("InTransitEncryption"),
    )


def _nfs(found: _Found) -> NfsSpec:
    return NfsSpec(
        server_hostname=found.host(),
        subdirectory=found.path(),
        agent_arns=found.arns("OnPremConfig", "AgentArns"),
        version=found.get("MountOptions", "Version"),
    )


def _smb(found: _Found) -> SmbSpec:
    kerberos = found.get("AuthenticationType") == "KERBEROS"
    return SmbSpec(
        server_hostname=found.host(),
        subdirectory=found.path(),
        agent_arns=found.arns("AgentArns"),
        secret=found.secret(found.get("CustomSecretConfig")) or kept_secret(found.home),
        authentication_type=found.get("AuthenticationType"),
        user=found.get("User"),
        domain=found.get("Domain"),
        kerberos_principal=found.get("KerberosPrincipal"),
        kerberos_krb5_conf=_KEPT if kerberos else None,
        dns_ip_addresses=found.arns("DnsIpAddresses"),
        version=found.get("MountOptions", "Version"),
    )


def _hdfs(found: _Found) -> HdfsSpec:
    kerberos = found.get("AuthenticationType") == "KERBEROS"
    nodes = found.get("NameNodes") or ()
    return HdfsSpec(
        name_nodes=tuple(NameNodeSpec(hostname=n["Hostname"], port=n["Port"]) for n in nodes),
        authentication_type=found.described["AuthenticationType"],
        agent_arns=found.arns("AgentArns"),
        simple_user=found.get("SimpleUser"),
        kerberos_principal=found.get("KerberosPrincipal"),
        kerberos_krb5_conf=_KEPT if kerberos else None,
        secret=found.secret(found.get("CustomSecretConfig"), needed=kerberos),
        subdirectory=found.path(),
        block_size=found.get("BlockSize"),
        replication_factor=found.get("ReplicationFactor"),
        kms_key_provider_uri=found.get("KmsKeyProviderUri"),
        rpc_protection=found.get("QopConfiguration", "RpcProtection"),
        data_transfer_protection=found.get("QopConfiguration", "DataTransferProtection"),
    )


def _object_storage(found: _Found) -> ObjectStorageSpec:
    host, bucket = found.host(2).split("/")
    certificate, access_key = found.get("ServerCertificate"), found.get("AccessKey")
    google = found.get("FederatedIdentity", "ExternalIdentity", "GoogleOidc")
    return ObjectStorageSpec(
        server_hostname=host,
        bucket_name=bucket,
        server_port=found.get("ServerPort"),
        server_protocol=found.get("ServerProtocol"),
        subdirectory=found.path(2),
        access_key=access_key,
        secret=found.secret(found.get("CustomSecretConfig"), needed=access_key is not None),
        federated_identity=google
        and GoogleIdentitySpec(
            role_arn=found.get("FederatedIdentity", "AwsIamRole"),
            project_name=google["ProjectName"],
            project_number=google["ProjectNumber"],
            identity_pool_name=google["IdentityPoolName"],
            identity_provider_name=google["IdentityProviderName"],
        ),
        server_certificate=certificate and certificate.decode(),
        agent_arns=found.arns("AgentArns"),
    )


def _azure_blob(found: _Found) -> AzureBlobSpec:
    sas = found.get("AuthenticationType") == "SAS"
    application = found.get("FederatedIdentity", "AzureOidc")
    return AzureBlobSpec(
        container_url=f"https://{found.host(2)}",
        authentication_type=found.described["AuthenticationType"],
        secret=found.secret(found.get("CustomSecretConfig"), needed=sas),
        federated_identity=application
        and AzureIdentitySpec(
            role_arn=found.get("FederatedIdentity", "AwsIamRole"),
            tenant_id=application["TenantId"],
            client_id=application["ClientId"],
        ),
        access_tier=found.get("AccessTier"),
        subdirectory=found.path(2),
        agent_arns=found.arns("AgentArns"),
    )


def _lustre(found: _Found) -> FsxLustreSpec:
    return FsxLustreSpec(
        filesystem_arn=found.file_system(),
        security_group_arns=found.arns("SecurityGroupArns"),
        subdirectory=found.path(),
    )


def _open_zfs(found: _Found) -> FsxOpenZfsSpec:
    return FsxOpenZfsSpec(
        filesystem_arn=found.file_system(),
        security_group_arns=found.arns("SecurityGroupArns"),
        subdirectory=found.path(),
        version=found.get("Protocol", "NFS", "MountOptions", "Version"),
    )


def _ontap(found: _Found) -> FsxOntapSpec:
    smb = found.get("Protocol", "SMB")
    return FsxOntapSpec(
        storage_virtual_machine_arn=found.described["StorageVirtualMachineArn"],
        security_group_arns=found.arns("SecurityGroupArns"),
        subdirectory=found.path(),
        smb=smb
        and OntapSmbSpec(
            user=smb["User"],
            secret=found.secret(smb.get("CustomSecretConfig")) or kept_secret(found.home),
            domain=smb.get("Domain"),
            version=(smb.get("MountOptions") or {}).get("Version"),
        ),
    )


def _windows(found: _Found) -> FsxWindowsSpec:
    return FsxWindowsSpec(
        filesystem_arn=found.file_system(),
        security_group_arns=found.arns("SecurityGroupArns"),
        user=found.described["User"],
        secret=found.secret(found.get("CustomSecretConfig")) or kept_secret(found.home),
        domain=found.get("Domain"),
        subdirectory=found.path(),
    )


_READERS: Final[Mapping[str, Callable[[_Found], NewLocationSpec]]] = {
    "S3": _s3,
    "EFS": _efs,
    "NFS": _nfs,
    "SMB": _smb,
    "HDFS": _hdfs,
    "OBJECT_STORAGE": _object_storage,
    "AZURE_BLOB": _azure_blob,
    "FSX_LUSTRE": _lustre,
    "FSX_OPEN_ZFS": _open_zfs,
    "FSX_ONTAP": _ontap,
    "FSX_WINDOWS": _windows,
}
