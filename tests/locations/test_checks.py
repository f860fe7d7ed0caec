"""Each rule of a kind of location: what breaks it is rejected, with its place and a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.locations import creation_of, place_of
from graph.model.errors import Invalid
from graph.model.location_specs import ExistingSpec, LocationSpec, NameNodeSpec, S3Spec
from tests.locations.samples import (
    AGENTS,
    FSX,
    GOOGLE,
    GROUPS,
    OUTPOST,
    ROLE,
    SECRET,
    SPECS,
)
from tests.locations.service import HOME
from tests.world import LAB, OTHER

BUCKET = S3Spec(bucket_arn="arn:aws:s3:::lab")
THERE = ExistingSpec(location_arn=f"arn:aws:datasync:eu-west-1:{LAB}:location/loc-{'0' * 17}")
OTHERS: dict[str, LocationSpec] = {"S3": BUCKET, "existing": THERE}

NODE = NameNodeSpec(hostname="h:1", port=1)

BROKEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("S3", {"agent_arns": AGENTS}, "agentArns", "only S3 on Outposts"),
    ("S3", {"storage_class": "OUTPOSTS"}, "storageClass", "only S3 on Outposts"),
    ("S3 on Outposts", {"agent_arns": ()}, "agentArns", "1 to 8 agents"),
    ("S3 on Outposts", {"storage_class": "STANDARD"}, "storageClass", "not one of OUTPOSTS"),
    (
        "S3 on Outposts",
        {"bucket_arn": OUTPOST.replace("/access", ":access")},
        "bucketArn",
        "Outpost",
    ),
    ("S3 on Outposts", {"bucket_arn": OUTPOST.replace("us-", "eu-")}, "bucketArn", "region"),
    ("EFS with TLS", {"in_transit_encryption": None}, "inTransitEncryption", "TLS1_2"),
    ("EFS with TLS", {"in_transit_encryption": "NONE"}, "inTransitEncryption", "TLS1_2"),
    ("EFS with TLS", {"in_transit_encryption": "SSL"}, "inTransitEncryption", "not one of"),
    ("EFS with TLS", {"access_point_arn": FSX}, "accessPointArn", "not the ARN"),
    ("EFS with TLS", {"file_system_access_role_arn": FSX}, "fileSystemAccessRoleArn", "of a role"),
    ("EFS", {"security_group_arns": GROUPS * 6}, "securityGroupArns", "1 to 5"),
    ("NFS", {"subdirectory": ""}, "subdirectory", "required"),
    ("NFS", {"subdirectory": "/a$"}, "subdirectory", "may contain"),
    ("NFS", {"server_hostname": "nas.example/export"}, "serverHostname", "host name"),
    ("NFS", {"agent_arns": ()}, "agentArns", "1 to 8"),
    ("NFS", {"agent_arns": AGENTS * 9}, "agentArns", "1 to 8"),
    ("NFS", {"agent_arns": (AGENTS[0].replace("us-", "eu-"),)}, "agentArns.0", "region"),
    ("NFS", {"agent_arns": (AGENTS[0].replace(LAB, OTHER),)}, "agentArns.0", "account"),
    ("NFS", {"version": "NFS2"}, "version", "not one of"),
    ("SMB", {"user": None}, "user", "required with NTLM"),
    ("SMB", {"user": "a/b"}, "user", "1 to 104"),
    ("SMB", {"domain": "corp_example"}, "domain", "letters"),
    ("SMB", {"kerberos_principal": "p"}, "kerberosPrincipal", "not allowed with NTLM"),
    ("SMB", {"kerberos_krb5_conf": "c"}, "kerberosKrb5Conf", "not allowed with NTLM"),
    ("SMB", {"dns_ip_addresses": ("10.0.0.2",)}, "dnsIpAddresses", "not allowed with NTLM"),
    ("SMB", {"authentication_type": "BASIC"}, "authenticationType", "not one of"),
    ("SMB", {"subdirectory": "\\share"}, "subdirectory", "letters"),
    ("SMB", {"secret": replace(SECRET, secret_arn=ROLE)}, "secret.secretArn", "of a secret"),
    ("SMB", {"secret": replace(SECRET, access_role_arn=FSX)}, "secret.accessRoleArn", "of a role"),
    (
        "SMB",
        {"secret": replace(SECRET, access_role_arn=ROLE.replace(LAB, OTHER))},
        "secret.accessRoleArn",
        "account",
    ),
    ("SMB with Kerberos", {"server_hostname": "10.0.0.1"}, "serverHostname", "domain name"),
    ("SMB with Kerberos", {"user": "u"}, "user", "not allowed with KERBEROS"),
    ("SMB with Kerberos", {"domain": "d"}, "domain", "not allowed with KERBEROS"),
    ("SMB with Kerberos", {"kerberos_principal": None}, "kerberosPrincipal", "required"),
    ("SMB with Kerberos", {"kerberos_principal": "a\nb"}, "kerberosPrincipal", "principal"),
    ("SMB with Kerberos", {"kerberos_krb5_conf": None}, "kerberosKrb5Conf", "required"),
    ("SMB with Kerberos", {"kerberos_krb5_conf": "c" * 131_073}, "kerberosKrb5Conf", "131072"),
    ("SMB with Kerberos", {"dns_ip_addresses": ("ns",)}, "dnsIpAddresses.0", "not an IP"),
    ("SMB with Kerberos", {"dns_ip_addresses": ("::1",) * 3}, "dnsIpAddresses", "At most 2"),
    ("HDFS", {"simple_user": None}, "simpleUser", "required with SIMPLE"),
    ("HDFS", {"simple_user": "-u"}, "simpleUser", "hyphen"),
    ("HDFS", {"secret": SECRET}, "secret", "not allowed with SIMPLE"),
    ("HDFS", {"authentication_type": "NTLM"}, "authenticationType", "not one of"),
    ("HDFS", {"name_nodes": ()}, "nameNodes", "1 to 10"),
    (
        "HDFS",
        {"name_nodes": (NODE,)},
        "nameNodes.0.hostname",
        "host",
    ),
    ("HDFS", {"name_nodes": (NameNodeSpec(hostname="h", port=0),)}, "nameNodes.0.port", "between"),
    ("HDFS", {"block_size": 1_048_577}, "blockSize", "multiple of 512"),
    ("HDFS", {"block_size": 512}, "blockSize", "between"),
    ("HDFS", {"replication_factor": 513}, "replicationFactor", "between"),
    ("HDFS", {"kms_key_provider_uri": "https://kms"}, "kmsKeyProviderUri", "kms://"),
    ("HDFS", {"rpc_protection": "NONE"}, "rpcProtection", "not one of"),
    ("HDFS", {"data_transfer_protection": "NONE"}, "dataTransferProtection", "not one of"),
    ("HDFS with Kerberos", {"secret": None}, "secret", "required with KERBEROS"),
    ("HDFS with Kerberos", {"simple_user": "u"}, "simpleUser", "not allowed with KERBEROS"),
    ("object storage", {"secret": None}, "secret", "secret key is kept"),
    ("object storage", {"access_key": None}, "accessKey", "required"),
    ("object storage", {"federated_identity": GOOGLE}, "accessKey", "federated identity"),
    ("object storage", {"server_protocol": "HTTP"}, "serverCertificate", "not allowed with HTTP"),
    ("object storage", {"server_protocol": "FTP"}, "serverProtocol", "not one of"),
    ("object storage", {"server_certificate": "x"}, "serverCertificate", "PEM"),
    ("object storage", {"server_certificate": "x" * 32_769}, "serverCertificate", "32768"),
    ("object storage", {"server_port": 70_000}, "serverPort", "between"),
    ("object storage", {"bucket_name": "ab"}, "bucketName", "3 to 63"),
    (
        "object storage at Google",
        {"federated_identity": replace(GOOGLE, project_number="x")},
        "federatedIdentity.projectNumber",
        "not valid in Google Cloud",
    ),
    ("Azure Blob", {"secret": None}, "secret", "SAS token is kept"),
    ("Azure Blob", {"container_url": "https://h/box?sv=1&sig=x"}, "containerUrl", "without a SAS"),
    ("Azure Blob", {"access_tier": "COLD"}, "accessTier", "not one of"),
    ("Azure Blob", {"authentication_type": "KEY"}, "authenticationType", "not one of"),
    ("Azure Blob with OIDC", {"federated_identity": None}, "federatedIdentity", "required"),
    ("Azure Blob with OIDC", {"secret": SECRET}, "secret", "not allowed with OIDC"),
    ("Azure Blob in public", {"secret": SECRET}, "secret", "not allowed with NONE"),
    (
        "FSx for Lustre",
        {"filesystem_arn": FSX.replace("fsx", "ec2")},
        "filesystemArn",
        "not the ARN",
    ),
    ("FSx for Lustre", {"security_group_arns": ()}, "securityGroupArns", "1 to 5"),
    ("FSx for OpenZFS", {"subdirectory": "/a"}, "subdirectory", "begins with /fsx"),
    ("FSx for OpenZFS", {"version": "NFS2"}, "version", "not one of"),
    ("FSx for ONTAP", {"storage_virtual_machine_arn": FSX}, "storageVirtualMachineArn", "not the"),
    ("FSx for ONTAP", {"subdirectory": "/a\n"}, "subdirectory", "255 characters"),
    ("FSx for Windows", {"user": ""}, "user", "1 to 104"),
    ("existing", {"location_arn": FSX}, "locationArn", "location of DataSync"),
    ("existing", {"location_arn": "loc-0"}, "locationArn", "not a valid ARN"),
    (
        "existing",
        {"location_arn": THERE.location_arn.replace(LAB, OTHER)},
        "locationArn",
        "account",
    ),
]


def check(spec: LocationSpec) -> None:
    creation_of(spec).check(spec, HOME, place_of(spec, "source"))


@pytest.mark.parametrize("name", [*SPECS, *OTHERS])
def test_every_sample_is_accepted(name: str) -> None:
    check((SPECS | OTHERS)[name])


@pytest.mark.parametrize(("name", "change", "member", "sentence"), BROKEN)
def test_what_breaks_a_rule_is_rejected(
    name: str, change: dict[str, Any], member: str, sentence: str
) -> None:
    spec: Any = replace((SPECS | OTHERS)[name], **change)
    with pytest.raises(Invalid, match=sentence) as caught:
        check(spec)
    assert caught.value.path == (*place_of(spec, "source"), *member.split("."))
