"""The real server in a process of its own, shared by the tests of a module."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx
import pytest

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.api_server import Server
from tests.world import HEADERS, LAB, ORG, ROLE, furnish

ROOT = "/v1/datasync"
MOVERS = f"{ROOT}/{LAB}/movers"
ENDED = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"


@dataclass(frozen=True)
class RestApi:
    """A sandbox, a server on it, and an HTTP client. Each test uses a group of its own."""

    aws: Sandbox
    server: Server
    http: httpx.Client
    clients: dict[str, Any] = field(default_factory=dict)

    def ended(self, task: str) -> dict[str, Any]:
        """The task as the flywheel shows it once it has ended."""
        body = {"query": ENDED, "variables": {"id": encode("Operation", task)}}
        stream = self.http.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
        assert "event: complete" in stream.text, stream.text
        shown: dict[str, Any] = self.http.get(f"{ROOT}/flywheel", params={"task": task}).json()
        return shown[task]  # type: ignore[no-any-return]

    def make(self, group: str, name: str = "one", **more: Any) -> str:
        """Creates a mover between the two buckets. Returns the id of its flywheel task."""
        made = self.http.post(f"{MOVERS}/{group}", json=new_mover(name) | more)
        assert made.status_code == 202, made.text
        task = made.headers["X-Flywheel-Task"]
        assert self.ended(task)["status"] == "completed"
        return task

    def boto(self, service: str) -> Any:
        """A client in the account, as the original server had one."""
        if service not in self.clients:
            own = boto3.client("sts", endpoint_url=self.aws.endpoint, **_OWN)
            given = own.assume_role(
                RoleArn=f"arn:aws:iam::{LAB}:role/{ROLE}", RoleSessionName="test", ExternalId="x-1"
            )["Credentials"]
            self.clients[service] = boto3.client(
                service,
                region_name="us-east-1",
                endpoint_url=self.aws.endpoint,
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
        return self.clients[service]


_OWN = {
    "region_name": "us-east-1",
    "aws_access_key_id": "sandbox",
    "aws_secret_access_key": "sandbox",
}


def new_mover(name: str = "one") -> dict[str, Any]:
    """A body for a create, spelled as the original's README spells it."""
    return {
        "Name": name,
        "Source": {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::from-{LAB}"}},
        "Destination": {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::to-{LAB}"}},
    }


@pytest.fixture(scope="module")
def rest_api(
    request: pytest.FixtureRequest, served: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RestApi]:
    """A module may set REQUEST_SECONDS for its server."""
    served.reset()
    furnish(served, LAB, a=b"1", b=b"22")
    served.set_pace(launch=0, phase=0, per_object=0)
    seconds = getattr(request.module, "REQUEST_SECONDS", "15")
    server = Server(served, tmp_path_factory.mktemp("rest_api"), REQUEST_SECONDS=seconds)
    try:
        asyncio.run(server.__aenter__())
        with httpx.Client(base_url=server.url, headers=HEADERS, timeout=40) as http:
            yield RestApi(served, server, http)
    finally:
        server.kill()
        served.reset()


def own_tags(group: str) -> dict[str, str]:
    """The tags by which a task is a mover of a group, in the original's order."""
    return {
        "spinup:org": ORG,
        "spinup:spaceid": group,
        "spinup:type": "storage",
        "spinup:flavor": "datamover",
    }
