"""The sandbox: moto with our own backends, served on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Self

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.datasync.models import datasync_backends
from moto.fsx.models import fsx_backends
from moto.iam.models import iam_backends
from moto.resourcegroupstaggingapi.models import resourcegroupstaggingapi_backends
from moto.s3.models import FakeKey, s3_backends
from moto.sts.models import sts_backends

from graph.aws.client.service_models import datasync_additions
from graph.sandbox.access_points import make_access_point
from graph.sandbox.clock import CLOCK
from graph.sandbox.control import Control
from graph.sandbox.datasync.agents import AGENTS, Agent
from graph.sandbox.datasync.engine import ENGINE
from graph.sandbox.datasync.files import FILES, File
from graph.sandbox.datasync.launches import LAUNCHES
from graph.sandbox.datasync.models import DataSyncBackend
from graph.sandbox.datasync.parameters import random_id
from graph.sandbox.failures import Failure
from graph.sandbox.faults import CallInterceptor
from graph.sandbox.fsx import VirtualMachinesBackend
from graph.sandbox.middleware import SandboxMiddleware
from graph.sandbox.moto_internals import Dispatcher, extend_model
from graph.sandbox.pace import PACE, Pace, set_pace
from graph.sandbox.roles import PropagatingIAMBackend, TrustingSTSBackend, end_sessions
from graph.sandbox.server import Server
from graph.sandbox.tagging import PagingTaggingBackend

HOME: Final = DEFAULT_ACCOUNT_ID
"""The account that the server's own credentials belong to."""
REGION: Final = "us-east-1"

_POLICY: Final = "2012-10-17"
"""The version of the policy language."""
_OURS: Final = (
    (datasync_backends, DataSyncBackend),
    (sts_backends, TrustingSTSBackend),
    (iam_backends, PropagatingIAMBackend),
    (resourcegroupstaggingapi_backends, PagingTaggingBackend),
    (fsx_backends, VirtualMachinesBackend),
)


def install() -> None:
    """Replaces moto's backends by ours in this process. Must run before the first request."""
    for backends, ours in _OURS:
        if backends.backend is not ours:
            backends.backend = ours
            backends.clear()
    extend_model("datasync", datasync_additions())


class Sandbox:
    """``with Sandbox() as aws: aws.endpoint``. One per process: moto's state is global."""

    def __init__(self, port: int = 0, pace: Pace | None = None) -> None:
        install()
        vars(PACE).update(vars(pace or Pace()))
        self.interceptor = CallInterceptor()
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Self:
        app = SandboxMiddleware(Dispatcher(), self.interceptor, Control(self))
        self._server = Server(self._port, app)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._server is None:
            return
        self.interceptor.clear()
        self._server.close()
        self._server = None
        self.reset()
        ENGINE.close()

    @property
    def endpoint(self) -> str:
        if self._server is None:
            raise RuntimeError("the sandbox is not being served")
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that direct the SDK's default chain here."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": REGION,
        }

    def reset(self) -> None:
        """Empties the AWS and lets its clock run."""
        ENGINE.reset()
        BackendDict.reset()
        FILES.clear()
        AGENTS.clear()
        ENGINE.let_go()
        CLOCK.start_over()  # otherwise new resources would be created in the future
        vars(PACE).update(vars(Pace()))
        self.interceptor.clear()
        self.interceptor.forget_calls()

    def set_pace(self, **changes: float) -> None:
        set_pace(**changes)

    def turn(self, seconds: float) -> None:
        """Advances the clock, which is in manual mode from then on."""
        CLOCK.take_over()
        ENGINE.advance(seconds)

    def settle(self, seconds: float = 86_400.0) -> None:
        """Advances the clock until no transfer runs, then restores its mode.

        Raises TimeoutError if that takes more seconds of the clock.
        """
        turned_by_hand = CLOCK.manual
        CLOCK.take_over()
        try:
            ENGINE.settle(seconds)
        finally:
            if not turned_by_hand:
                ENGINE.let_go()

    def role(  # noqa: PLR0913 - the parts of a role
        self,
        account: str,
        name: str,
        external_id: str | None = None,
        *,
        service: str | None = None,
        bucket: str | None = None,
        path: str = "/",
    ) -> str:
        """Creates or replaces a role that the home account, or a service, may assume.

        Returns its ARN.
        """
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": service} if service else {"AWS": f"arn:aws:iam::{HOME}:root"},
        }
        if external_id:
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
        trust = json.dumps({"Version": _POLICY, "Statement": [statement]})
        iam = iam_backends[account]["aws"]
        for role_id in [kept.id for kept in list(iam.roles.values()) if kept.name == name]:
            del iam.roles[role_id]
        role = iam.create_role(name, trust, path, None, "", [], 3600)
        role.changed = None  # known everywhere immediately
        if bucket:
            on = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
            allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": on}
            role.policies["access"] = json.dumps({"Version": _POLICY, "Statement": [allowed]})
        return str(role.arn)

    def agent(
        self, account: str, name: str = "", *, agent_id: str | None = None, online: bool = True
    ) -> str:
        """Activates an agent, or changes the contact of the one that has the id. Returns its ARN.

        ``agent_id``: 17 hexadecimal digits; new ones if absent.
        """
        arn = f"arn:aws:datasync:{REGION}:{account}:agent/agent-{agent_id or random_id()}"
        agent = AGENTS.known(arn) or AGENTS.add(Agent(arn=arn, tags={}, name=name))
        agent.set_online(online=online)
        LAUNCHES.launch()
        return arn

    def bucket(self, account: str, name: str, objects: Mapping[str, bytes] | None = None) -> None:
        """Creates a bucket with the given objects."""
        s3 = s3_backends[account]["aws"]
        s3.create_bucket(name, REGION)
        for key, body in (objects or {}).items():
            s3.put_object(name, key, body)

    def access_point(self, account: str, name: str, bucket: str, vpc_id: str | None = None) -> str:
        """Creates an access point of a bucket, which admits one VPC alone if one is given.

        Returns its ARN.
        """
        return make_access_point(account, name, bucket, vpc_id)

    def share(self, name: str, account: str, roles: str = "*") -> None:
        """Gives a bucket a policy that admits roles of another account.

        ``roles`` is a pattern of role names with their path, such as ``spinup/acme/*``. It takes
        the place of an earlier policy. Raises KeyError where there is no such bucket.
        """
        partition, owner = s3_backends.bucket_accounts[name]
        on_bucket = ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
        on_objects = (
            *("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"),
            *("ListMultipartUploadParts", "GetObjectTagging", "PutObjectTagging"),
        )
        pattern = f"arn:{partition}:iam::{account}:role/{roles}"
        statements = [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                "Action": [f"s3:{action}" for action in actions],
                "Resource": f"arn:{partition}:s3:::{name}{below}",
                "Condition": {"ArnLike": {"aws:PrincipalArn": pattern}},
            }
            for actions, below in ((on_bucket, ""), (on_objects, "/*"))
        ]
        policy = json.dumps({"Version": _POLICY, "Statement": statements}).encode()
        s3_backends[owner][partition].put_bucket_policy(name, policy)

    def put(self, account: str, name: str, key: str, body: bytes) -> None:
        """Adds an object."""
        s3_backends[account]["aws"].put_object(name, key, body)

    def objects(self, account: str, name: str) -> dict[str, bytes]:
        """The objects in a bucket."""
        keys = s3_backends[account]["aws"].get_bucket(name).keys
        return {key: kept.value for key, kept in keys.items() if isinstance(kept, FakeKey)}

    def put_files(
        self,
        uri: str,
        files: Mapping[str, str | Mapping[str, Any]] | None = None,
        secret: str | None = None,
    ) -> None:
        """Adds files below the URI of a location that is not in S3, by their path from there.

        Each is a text, or ``{text, uid, gid, mode, mtime}``. ``secret``: what locations need from
        now on to reach that storage.
        """
        FILES.put(uri, {path: File.seeded(given) for path, given in (files or {}).items()})
        if secret is not None:
            FILES.protect(uri, secret)

    def files(self, uri: str) -> dict[str, dict[str, Any]]:
        """The files below a URI, as ``put_files`` takes them."""
        return {path: file.shown() for path, file in sorted(FILES.read(uri).items())}

    def state(self) -> dict[str, dict[str, list[str]]]:
        """The ARNs of all tasks, locations and roles, by account."""
        found: dict[str, dict[str, list[str]]] = {}
        for account, regions in list(datasync_backends.items()):
            for backend in list(regions.values()):
                of_account = found.setdefault(account, {"tasks": [], "locations": [], "roles": []})
                of_account["tasks"] += sorted(backend.tasks)
                of_account["locations"] += sorted(backend.locations)
        for account, partitions in list(iam_backends.items()):
            for backend in list(partitions.values()):
                of_account = found.setdefault(account, {"tasks": [], "locations": [], "roles": []})
                of_account["roles"] += sorted(role.arn for role in backend.roles.values())
        return found

    def assumed(self) -> list[Any]:
        """Every session that was granted, which moto records in the account of the role."""
        backends = [x for partitions in sts_backends.values() for x in partitions.values()]
        return [role for backend in backends for role in backend.assumed_roles]

    def end_sessions(self) -> None:
        """Revokes all sessions: their credentials are rejected from now on."""
        end_sessions()

    def break_task(self, arn: str, code: str | None, detail: str = "") -> None:
        """Makes a task UNAVAILABLE with a reason; without one, usable again."""
        account, region = arn.split(":")[4], arn.split(":")[3]
        task = datasync_backends[account][region].task(arn)
        task.broken = Failure(code, detail) if code else None
