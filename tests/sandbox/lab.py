"""What tests of the sandbox share: a client with an assumed role, buckets, tasks and runs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, cast
from urllib.request import Request, urlopen

import boto3
import botocore.session
from botocore.config import Config
from moto.s3.models import s3_backends

from graph.aws.client.service_models import extend
from graph.sandbox import Sandbox
from graph.sandbox.datasync.transfer import Transfer
from graph.sandbox.failures import Cancelled

LAB = "222222222222"
OTHER = "333333333333"
AGENT = f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}"
FSX = f"arn:aws:fsx:us-east-1:{LAB}:file-system/fs-{'1' * 17}"
GROUP = f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-{'2' * 17}"
SUBNET = f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-{'3' * 17}"

LOCATIONS: dict[str, dict[str, Any]] = {
    "EFS": {
        "EfsFilesystemArn": f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/fs-12345678",
        "Ec2Config": {"SubnetArn": SUBNET, "SecurityGroupArns": [GROUP]},
    },
    "NFS": {
        "Subdirectory": "/export",
        "ServerHostname": "nas.example",
        "OnPremConfig": {"AgentArns": [AGENT]},
    },
    "SMB": {
        "Subdirectory": "/share",
        "ServerHostname": "win.example",
        "User": "u",
        "Password": "hidden",
        "AgentArns": [AGENT],
    },
    "HDFS": {
        "NameNodes": [{"Hostname": "name.example", "Port": 8020}],
        "AuthenticationType": "SIMPLE",
        "SimpleUser": "u",
        "AgentArns": [AGENT],
    },
    "OBJECT_STORAGE": {
        "ServerHostname": "minio.example",
        "BucketName": "store",
        "AgentArns": [AGENT],
    },
    "AZURE_BLOB": {
        "ContainerUrl": "https://a.blob.core.windows.net/box",
        "AuthenticationType": "SAS",
        "SasConfiguration": {"Token": "hidden"},
        "AgentArns": [AGENT],
    },
    "FSX_LUSTRE": {"FsxFilesystemArn": FSX, "SecurityGroupArns": [GROUP]},
    "FSX_WINDOWS": {
        "FsxFilesystemArn": FSX,
        "SecurityGroupArns": [GROUP],
        "User": "u",
        "Password": "hidden",
    },
    "FSX_OPEN_ZFS": {
        "FsxFilesystemArn": FSX,
        "SecurityGroupArns": [GROUP],
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
    },
    "FSX_ONTAP": {
        "StorageVirtualMachineArn": f"arn:aws:fsx:us-east-1:{LAB}:storage-virtual-machine/"
        f"fs-{'1' * 17}/svm-{'4' * 17}",
        "SecurityGroupArns": [GROUP],
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
    },
}
"""By kind: what its create call is given. S3 needs buckets and roles, and has tests of its own."""


@cache
def _sdk(service: str) -> boto3.Session:
    """A session that knows what AWS has added to DataSync, as the server's own does.

    That one lacks most operations of the other services.
    """
    session = botocore.session.Session()
    if service == "datasync":
        extend(session)
    return boto3.Session(botocore_session=session)


def client(service: str, account: str = LAB) -> Any:
    """A client with an assumed role's credentials; once tried, so that every fault shows."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    sts = boto3.client("sts", config=config)
    given = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/management",
        RoleSessionName="test",
        ExternalId="x-1",
    )["Credentials"]
    return _sdk(service).client(
        service,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=config,
    )


def fill(lab: Sandbox, **objects: int) -> None:
    for key, size in objects.items():
        s3_backends[LAB]["aws"].put_object(f"from-{LAB}", key, b"x" * size)


def make_location(datasync: Any, side: str, **more: Any) -> str:
    made = datasync.create_location_s3(
        S3BucketArn=f"arn:aws:s3:::{side}-{LAB}",
        S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{LAB}:role/reads-{side}"},
        **more,
    )
    return str(made["LocationArn"])


def make_task(datasync: Any, **more: Any) -> str:
    source, destination = make_location(datasync, "from"), make_location(datasync, "to")
    made = datasync.create_task(
        SourceLocationArn=source, DestinationLocationArn=destination, **{"Name": "one", **more}
    )
    return str(made["TaskArn"])


def start(datasync: Any, task_arn: str) -> tuple[str, Callable[[], dict[str, Any]]]:
    arn = datasync.start_task_execution(TaskArn=task_arn)["TaskExecutionArn"]
    return arn, lambda: dict(datasync.describe_task_execution(TaskExecutionArn=arn))


def control(lab: Sandbox, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{lab.endpoint}/_sandbox/{path}", data, method=method)  # noqa: S310 - loopback
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def unchecked(account_client: Any) -> Any:
    """The same client without botocore's own look at parameters."""
    credentials = account_client._request_signer._credentials
    return boto3.client(
        "datasync",
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(parameter_validation=False),
    )


def transfer(count: int = 1) -> Transfer:
    return cast("Transfer", Steps(count))


CALLER = b"Action=GetCallerIdentity&Version=2011-06-15"


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | Iterator[bytes] | None = None,
    service: str = "sts",
) -> str:
    scope = f"Credential=sandbox/20260101/us-east-1/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request(method, path, body, headers, encode_chunked=True)
    with connection.getresponse() as answer:
        return f"{answer.status} {answer.read().decode()}"


class Steps:
    """A transfer with a number of steps of one second."""

    def __init__(self, count: int = 1) -> None:
        self.status, self._count = "QUEUED", count

    def steps(self) -> Generator[float, None, None]:
        with suppress(Cancelled):
            for _ in range(self._count):
                yield 1.0
