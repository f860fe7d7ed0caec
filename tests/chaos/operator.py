"""An operator's day in short: two servers behind Caddy are restarted in turn while they are used.

Everything is as in production: the role comes from the template, callers have tokens of an identity
provider, the store is PostgreSQL, and traces are sent to a collector.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import boto3
import httpx
import websockets
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from websockets.typing import Subprotocol

from graph.sandbox import Sandbox
from tests.auth.issuers.provider import AUDIENCE, URL, claims, key_set, token
from tests.processes import ServerProcess
from tests.world import CREATE, MADE, ORG, ROLE, new_mover

TEMPLATE: Final = Path(__file__).parents[2] / "deploy/aws/management-role.yaml"
PRESTOP: Final = 5
"""Seconds: more than two health intervals of the example for Caddy."""
SECONDS: Final = 60.0
"""In which anything that is waited for has to happen."""
_SERVER: Final = "arn:aws:iam::123456789012:role/datasync-api"
_FOLLOW: Final = (
    "subscription($run: ID!, $after: Int) "
    "{ runProgress(run: $run, after: $after) { sequence run { outcome } } }"
)
_PROTOCOL: Final = Subprotocol("graphql-transport-ws")


def deploy_role(aws: Sandbox, account: str, external_ids: str = "x-1") -> None:
    """Creates the management role in the account by its template, as a StackSet does."""
    aws.role(account, "deployer", external_id="deploying")
    with closing(boto3.client("sts", region_name="us-east-1")) as sts:
        given = sts.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/deployer",
            RoleSessionName="deployer",
            ExternalId="deploying",
        )["Credentials"]
    values = {
        "ServerPrincipalArn": _SERVER,
        "Organisation": ORG,
        "ExternalId": external_ids,
        "RoleName": ROLE,
    }
    stacks = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    with closing(stacks):
        stacks.create_stack(
            StackName="datasync-management",
            TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
            ],
        )


def issuer(folder: Path) -> Path:
    """The settings of an identity provider whose keys are in a file."""
    (folder / "keys.json").write_text(key_set())
    table = {
        "name": "research",
        "issuer": URL,
        "audience": AUDIENCE,
        "jwks_file": f"{folder}/keys.json",
    }
    rule = {"name": "writers", "claim": "roles", "values": ["writer"]}
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    lines += ["[[issuers.rules]]", "write = true"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in rule.items()]
    file = folder / "issuers.toml"
    file.write_text("\n".join(["[[issuers]]", *lines]))
    return file


def headers() -> dict[str, str]:
    now = int(time.time())
    return {"Authorization": f"Bearer {token(body=claims(iat=now, exp=now + 3_600))}"}


@dataclass
class Collector:
    """Receives traces, as OpenTelemetry's collector does."""

    url: str
    received: list[ExportTraceServiceRequest] = field(default_factory=list)

    def servers_of(self, trace_id: str) -> dict[str, set[str]]:
        """The names of the spans of a trace, by the instance that sent them."""
        found: dict[str, set[str]] = {}
        for request in list(self.received):
            for sent in request.resource_spans:
                attributes = {
                    each.key: each.value.string_value for each in sent.resource.attributes
                }
                for scope in sent.scope_spans:
                    for span in scope.spans:
                        if span.trace_id.hex() == trace_id:
                            names = found.setdefault(attributes["service.instance.id"], set())
                            names.add(span.name)
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        serving = Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()


@dataclass
class Day:
    """What clients of the proxy were told."""

    url: str
    headers: dict[str, str]
    answers: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    """Of sockets, by their codes."""

    async def create(self, count: int, *, at: str | None = None, **more: str) -> None:
        """Requests creates one after the other, each on a connection of its own."""
        for _ in range(count):
            given = {"input": new_mover(f"m{len(self.operations)}")}
            data = await self.ask(CREATE, given, at=at, **more)
            payload = (data or {}).get("createMover") or {}
            if payload.get("operation"):
                self.operations.append(payload["operation"]["id"])
            else:
                self.problems.append(f"a create was answered with {data}")

    async def ask(
        self, query: str, variables: dict[str, Any], *, at: str | None = None, **more: str
    ) -> dict[str, Any] | None:
        body = {"query": query, "variables": variables}
        try:
            async with httpx.AsyncClient(headers=self.headers | more, timeout=SECONDS) as http:
                answer = await http.post(f"{at or self.url}/graphql", json=body)
        except httpx.TransportError as error:
            self.problems.append(f"a request got no answer: {error!r}")
            return None
        self.answers[answer.status_code] += 1
        if answer.status_code != httpx.codes.OK or "errors" in answer.json():
            self.problems.append(f"{answer.status_code}: {answer.text[:200]}")
            return None
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def ended(self, operation: str) -> str:
        """The status of an operation, once it has ended."""
        async with asyncio.timeout(SECONDS):
            while True:
                data = await self.ask(MADE, {"id": operation})
                status = str(((data or {}).get("operation") or {}).get("status"))
                if status not in ("CREATED", "RUNNING"):
                    return status
                await asyncio.sleep(0.2)

    async def follow(self, run: str, following: asyncio.Semaphore) -> None:
        """Follows a run to its end, on as many sockets as it takes."""
        outcome, after, first = None, None, True
        while outcome is None:
            try:
                async with websockets.connect(
                    f"{self.url.replace('http', 'ws', 1)}/graphql",
                    subprotocols=[_PROTOCOL],
                    additional_headers=self.headers,
                    proxy=None,
                    open_timeout=SECONDS,
                ) as socket:
                    payload = {"query": _FOLLOW, "variables": {"run": run, "after": after}}
                    await socket.send('{"type": "connection_init"}')
                    await socket.recv()
                    subscribe = {"type": "subscribe", "id": "1", "payload": payload}
                    await socket.send(json.dumps(subscribe))
                    async for text in socket:
                        message = json.loads(text)
                        if message["type"] == "complete":
                            break
                        if message["type"] == "next":
                            event = message["payload"]["data"]["runProgress"]
                            after, outcome = event["sequence"], event["run"]["outcome"]
                            if first:
                                first = False
                                following.release()
                        elif message["type"] == "error":
                            raise ValueError(text)  # noqa: TRY301 - noted below
                    self.closes[socket.close_code or 0] += 1
            except websockets.ConnectionClosed as error:
                self.closes[error.rcvd.code if error.rcvd else 0] += 1
            except (OSError, ValueError, websockets.InvalidStatus) as error:
                self.problems.append(f"a subscriber was told {error!r}")
                return
        self.outcomes[outcome] += 1


async def restart(server: ServerProcess, day: Day, creates: tuple[int, int]) -> None:
    """Restarts a server as an orchestrator does; creates while it drains, and while it is gone."""
    server.signal(signal.SIGTERM)
    await probed(server, "503")
    await day.create(creates[0])
    await asyncio.to_thread(server.stop)
    await day.create(creates[1])
    await asyncio.to_thread(server.start)
    await probed(server, "200")


async def probed(server: ServerProcess, status: str) -> None:
    """Waits until a probe of the proxy has had this answer. Nobody else asks `/readyz`."""
    async with asyncio.timeout(SECONDS):
        while await counted(server, route="/readyz", status=status) < 1:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)


async def counted(server: ServerProcess, **labels: str) -> float:
    """How many requests with these labels a server has answered since its start."""
    return sum(
        value
        for given, value in (await requests(server)).items()
        if labels.items() <= dict(given).items()
    )


async def requests(server: ServerProcess) -> dict[tuple[tuple[str, str], ...], float]:
    """The requests that a server has answered since its start, by their labels."""
    async with httpx.AsyncClient(timeout=SECONDS) as http:
        text = (await http.get(f"{server.url}/v1/datasync/metrics")).text
    return {
        tuple(sample.labels.items()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "datasync_api_http_requests_total"
    }
