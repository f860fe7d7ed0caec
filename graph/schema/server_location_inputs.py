"""The inputs of locations outside of AWS: file servers, clusters and object stores."""

from __future__ import annotations

import strawberry

from graph.schema.location_part_inputs import (
    AGENTS,
    MAYBE_AGENTS,
    AzureIdentityInput,
    GoogleIdentityInput,
    HdfsNameNodeInput,
    LocationSecretInput,
)
from graph.schema.scalars import Arn


@strawberry.input(description="An export of an NFS file server, reached through DataSync agents.")
class NfsLocationInput:
    server_hostname: str = strawberry.field(
        description="The host name or IP address of the server, such as `nas.example.com`."
    )
    subdirectory: str = strawberry.field(
        description="The path that the server exports, or a folder below it, such as `/export`."
    )
    agent_arns: list[Arn] = strawberry.field(description=AGENTS)
    version: str | None = strawberry.field(
        default=None,
        description="The NFS version to mount with: AUTOMATIC, NFS3, NFS4_0, NFS4_1 or NFS4_2; "
        "AUTOMATIC if absent.",
    )


@strawberry.input(description="A share of an SMB file server, reached through DataSync agents.")
class SmbLocationInput:
    server_hostname: str = strawberry.field(
        description="The host name or IP address of the server; with KERBEROS its domain name."
    )
    subdirectory: str = strawberry.field(
        description="The share, or a folder below it, with forward slashes, such as `/share/in`."
    )
    agent_arns: list[Arn] = strawberry.field(description=AGENTS)
    secret: LocationSecretInput = strawberry.field(
        description="Where the password of the user is kept; with KERBEROS, the keytab."
    )
    authentication_type: str | None = strawberry.field(
        default=None,
        description="How DataSync authenticates to the server: NTLM, which requires `user`, or "
        "KERBEROS, which requires `kerberosPrincipal` and `kerberosKrb5Conf`. NTLM if absent.",
    )
    user: str | None = strawberry.field(
        default=None,
        description="With NTLM, the user that DataSync mounts the share as, up to 104 characters.",
    )
    domain: str | None = strawberry.field(
        default=None,
        description="With NTLM, the Windows domain of the server; none if absent.",
    )
    kerberos_principal: str | None = strawberry.field(
        default=None,
        description="With KERBEROS, the principal that DataSync mounts the share as.",
    )
    kerberos_krb5_conf: str | None = strawberry.field(
        default=None,
        description="With KERBEROS, the text of the file `krb5.conf`, up to 131,072 bytes.",
    )
    dns_ip_addresses: list[str] = strawberry.field(
        default_factory=list,
        description="With KERBEROS, the addresses of up to 2 DNS servers of the realm.",
    )
    version: str | None = strawberry.field(
        default=None,
        description="The SMB version to mount with: AUTOMATIC, SMB1, SMB2_0, SMB2 or SMB3; "
        "AUTOMATIC if absent.",
    )


@strawberry.input(
    description="A folder of a Hadoop cluster (HDFS), reached through DataSync agents."
)
class HdfsLocationInput:
    name_nodes: list[HdfsNameNodeInput] = strawberry.field(
        description="The NameNodes of the cluster, 1 to 10. A task in BASIC mode works with "
        "exactly one."
    )
    authentication_type: str = strawberry.field(
        description="How DataSync authenticates to the cluster: SIMPLE, which requires "
        "`simpleUser`, or KERBEROS, which requires `kerberosPrincipal`, `kerberosKrb5Conf` and "
        "`secret`."
    )
    agent_arns: list[Arn] = strawberry.field(description=AGENTS)
    simple_user: str | None = strawberry.field(
        default=None, description="With SIMPLE, the user name that DataSync sends."
    )
    kerberos_principal: str | None = strawberry.field(
        default=None,
        description="With KERBEROS, the principal that DataSync authenticates as.",
    )
    kerberos_krb5_conf: str | None = strawberry.field(
        default=None,
        description="With KERBEROS, the text of the file `krb5.conf`, up to 131,072 bytes.",
    )
    secret: LocationSecretInput | None = strawberry.field(
        default=None, description="With KERBEROS, where the keytab is kept."
    )
    subdirectory: str | None = strawberry.field(
        default=None, description="The folder to transfer, from the root; all of it if absent."
    )
    block_size: int | None = strawberry.field(
        default=None,
        description="The size in bytes of the blocks that DataSync writes, a multiple of 512 from "
        "1,048,576 to 1,073,741,824; 134,217,728 if absent.",
    )
    replication_factor: int | None = strawberry.field(
        default=None,
        description="On how many DataNodes each written block is kept, 1 to 512; 3 if absent.",
    )
    kms_key_provider_uri: str | None = strawberry.field(
        default=None,
        description="The URI of the cluster's key management server, such as "
        "`kms://https@kms.example.com:9600/kms`; none if absent.",
    )
    rpc_protection: str | None = strawberry.field(
        default=None,
        description="How calls to the NameNode are protected: DISABLED, AUTHENTICATION, INTEGRITY "
        "or PRIVACY; as `dataTransferProtection` if absent, and PRIVACY if both are.",
    )
    data_transfer_protection: str | None = strawberry.field(
        default=None,
        description="How transfers from and to DataNodes are protected: DISABLED, AUTHENTICATION, "
        "INTEGRITY or PRIVACY; as `rpcProtection` if absent, and PRIVACY if both are.",
    )


@strawberry.input(
    description="A bucket of an object store other than Amazon S3 that implements the S3 API."
)
class ObjectStorageLocationInput:
    server_hostname: str = strawberry.field(
        description="The host name or IP address of the object store, such as "
        "`storage.googleapis.com`."
    )
    bucket_name: str = strawberry.field(description="The bucket, 3 to 63 characters.")
    server_port: int | None = strawberry.field(
        default=None,
        description="The TCP port on which the object store accepts requests; that of the protocol "
        "if absent.",
    )
    server_protocol: str | None = strawberry.field(
        default=None, description="HTTPS or HTTP; HTTPS if absent."
    )
    subdirectory: str | None = strawberry.field(
        default=None, description="The prefix to transfer; the whole bucket if absent."
    )
    access_key: str | None = strawberry.field(
        default=None,
        description="The identifier of the key that DataSync signs requests with, up to 200 "
        "characters. Requires `secret`. Not with `federatedIdentity`.",
    )
    secret: LocationSecretInput | None = strawberry.field(
        default=None, description="Where the secret key that belongs to `accessKey` is kept."
    )
    federated_identity: GoogleIdentityInput | None = strawberry.field(
        default=None,
        description="The identity with which DataSync accesses Google Cloud Storage without a key.",
    )
    server_certificate: str | None = strawberry.field(
        default=None,
        description="With HTTPS, the PEM certificates by which DataSync trusts the server, up to "
        "32,768 bytes; needed for one whose authority is not public.",
    )
    agent_arns: list[Arn] = strawberry.field(default_factory=list, description=MAYBE_AGENTS)


@strawberry.input(description="A container in Azure Blob Storage, or a folder of one.")
class AzureBlobLocationInput:
    container_url: str = strawberry.field(
        description="The URL of the container, such as "
        "`https://account.blob.core.windows.net/container`, without a SAS token."
    )
    authentication_type: str = strawberry.field(
        description="How DataSync authenticates to the container: SAS, which requires `secret`, "
        "OIDC, which requires `federatedIdentity`, or NONE for a container that is public."
    )
    secret: LocationSecretInput | None = strawberry.field(
        default=None,
        description="With SAS, where the shared access signature (SAS) token is kept.",
    )
    federated_identity: AzureIdentityInput | None = strawberry.field(
        default=None,
        description="With OIDC, the identity with which DataSync accesses the container.",
    )
    access_tier: str | None = strawberry.field(
        default=None,
        description="The access tier of blobs that DataSync writes: HOT, COOL or ARCHIVE; HOT if "
        "absent.",
    )
    subdirectory: str | None = strawberry.field(
        default=None, description="The folder to transfer; the whole container if absent."
    )
    agent_arns: list[Arn] = strawberry.field(default_factory=list, description=MAYBE_AGENTS)
