"""The main job, played as a client would: a sandbox, a server, two accounts, one mover."""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import bcrypt
import httpx
import websockets
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from graph.sandbox.pace import Pace
from graph.sandbox.served import Sandbox

LAB: Final = "222222222222"
SHOP: Final = "333333333333"
ORG: Final = "sandbox"
GROUP: Final = "demo"
_ROLE: Final = "datasync-management"
_EXTERNAL_ID: Final = "demo-external-id"
_OBJECTS: Final = 300
_START_SECONDS: Final = 60.0
_ACT_SECONDS: Final = 120.0
_PACE: Final = Pace(
    bandwidth=3e6,
    launch=0.5,
    phase=0.3,
    per_object=0.001,
    propagation=2.0,
    tagging_lag=3.0,
    ghosts=30.0,
)

say = Console()


class PlayError(Exception):
    """The play went wrong; the message says how."""


def play(*, stay: bool) -> int:
    """Plays all acts; at a terminal it goes on serving until Ctrl-C. Gives the exit status."""
    with _stage() as (aws, url, token):
        try:
            asyncio.run(_acts(aws, url, token))
        except (PlayError, httpx.HTTPError, OSError, TimeoutError) as error:
            say.print(f"[red]The demo failed:[/] {error}", highlight=False)
            return 1
        _show_how_to_go_on(url, token)
        if stay:
            _until_interrupted()
    return 0


def serve_forever() -> int:
    """The API on an embedded AWS with the same accounts, until Ctrl-C."""
    with _stage() as (aws, url, token):
        say.print(f"AWS is at {aws.endpoint}, its control surface below /_sandbox/")
        _show_how_to_go_on(url, token)
        _until_interrupted()
    return 0


@contextmanager
def _stage() -> Iterator[tuple[Sandbox, str, str]]:
    """A sandbox with two accounts, and a server of its own process against it."""
    key = secrets.token_urlsafe(24)
    token = bcrypt.hashpw(key.encode(), bcrypt.gensalt(6)).decode()
    with tempfile.TemporaryDirectory(prefix="datasync-api-") as folder, Sandbox(pace=_PACE) as aws:
        _furnish(aws)
        port = _free_port()
        with _server(aws, Path(folder), port, key):
            yield aws, f"http://127.0.0.1:{port}", token


def _furnish(aws: Sandbox) -> None:
    """Management roles and buckets: LAB moves from its own bucket into one of SHOP."""
    chance = random.Random(7)  # noqa: S311 - the same objects each time
    for account in (LAB, SHOP):
        aws.role(account, _ROLE, external_id=_EXTERNAL_ID)
    objects = {
        f"photos/{index // 50:02}/{index:04}.jpg": chance.randbytes(chance.randint(10, 60) * 1024)
        for index in range(_OBJECTS)
    }
    aws.bucket(LAB, "lab-photos", objects)
    aws.bucket(SHOP, "shop-archive")


@contextmanager
def _server(aws: Sandbox, folder: Path, port: int, key: str) -> Iterator[None]:
    settings = {
        "LISTEN": f"127.0.0.1:{port}",
        "ORG": ORG,
        "TOKEN": key,
        "ROLE": _ROLE,
        "EXTERNAL_ID": _EXTERNAL_ID,
        "ACCOUNTS": f"{LAB},{SHOP}",
        "STORE_URL": f"sqlite:///{folder}/store.sqlite",
        "LOG_LEVEL": "error",
        "POLL_SECONDS": "0.25",
        "RETRY_SECONDS": "0.5",
        "DRAIN_SECONDS": "2",
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DATASYNC_API_")}
    environment |= {f"DATASYNC_API_{name}": value for name, value in settings.items()}
    environment |= aws.environment
    command = [sys.executable, "-m", "graph", "serve"]
    # A session of its own: Ctrl-C at the terminal reaches us, and we end the server.
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:  # noqa: S603
        try:
            asyncio.run(_ready(process, port))
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


async def _ready(process: subprocess.Popen[bytes], port: int) -> None:
    async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient() as http:
        while process.poll() is None:
            try:
                await http.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise PlayError(f"the server ended with status {process.returncode}")


async def _acts(aws: Sandbox, url: str, token: str) -> None:
    client = Client(url, token)
    async with asyncio.timeout(_ACT_SECONDS):
        mover = await _create(client)
        say.rule("A run, watched live")
        run = await _run(client, mover)
        _same_objects(aws)
        say.print(f"[green]{_OBJECTS} objects are at both sides.[/] Outcome: {run['outcome']}")
        say.rule("Once more: nothing is copied twice")
        again = await _run(client, mover)
        files = again["progress"]["files"]
        if files["transferred"] or files["skipped"] != _OBJECTS:
            raise PlayError(f"the second run transferred {files['transferred']} objects")
        say.print(f"[green]0 transferred, {files['skipped']} left alone.[/]")
        await _stop(aws, client, mover)
        await _delete(aws, client, mover)


async def _create(client: Client) -> str:
    say.rule("createMover, from one account's bucket to another's")
    location = "{ s3: { bucketArn: $%s, subdirectory: $%sPath } }"
    payload = await client.ask(
        "mutation($source: ARN!, $sourcePath: String, $target: ARN!, $targetPath: String) {"
        f' createMover(input: {{ account: "{LAB}", group: "{GROUP}", name: "photos",'
        f" source: {location % ('source', 'source')},"
        f" destination: {location % ('target', 'target')} }})"
        " { operation { id } errors { code message } } }",
        source="arn:aws:s3:::lab-photos",
        sourcePath="/photos",
        target="arn:aws:s3:::shop-archive",
        targetPath="/incoming",
    )
    ended = await _followed(client, _unwrapped(payload["createMover"], "operation")["id"])
    return str(ended["mover"]["id"])


async def _followed(client: Client, operation_id: str) -> dict[str, Any]:
    """Prints an operation's events as they come, and gives its end."""
    shown, operation = 0, {}
    async for data in client.follow(
        "subscription($id: ID!) { operationProgress(operation: $id)"
        " { status failure events { message } mover { id name } } }",
        id=operation_id,
    ):
        operation = data["operationProgress"]
        for event in operation["events"][shown:]:
            say.print(f"  {event['message']}", highlight=False)
        shown = len(operation["events"])
    if operation.get("status") != "COMPLETED":
        raise PlayError(f"the operation failed: {operation.get('failure')}")
    return operation


_RUN: Final = (
    "run { id runId status outcome progress { percent bytesPerSecond"
    " bytes { estimated transferred } files { transferred skipped } } }"
)


async def _run(client: Client, mover: str) -> dict[str, Any]:
    """Starts a run and follows it to its end, with a bar."""
    run: dict[str, Any] = await _started(client, mover)
    with _bar() as bar:
        task = bar.add_task("", total=None)
        async for data in client.follow(_FOLLOW_RUN, id=run["id"]):
            run = data["runProgress"]["run"]
            moved = run["progress"]["bytes"]
            total = moved["estimated"] or None
            bar.update(
                task, description=run["status"], completed=moved["transferred"] or 0, total=total
            )
    if run["outcome"] != "SUCCEEDED":
        raise PlayError(f"the run ended as {run['outcome']}")
    return run


_FOLLOW_RUN: Final = f"subscription($id: ID!) {{ runProgress(run: $id) {{ sequence {_RUN} }} }}"


async def _started(client: Client, mover: str) -> dict[str, Any]:
    payload = await client.ask(
        f"mutation($id: ID!) {{ startMover(input: {{ mover: $id }}) {{ {_RUN}"
        " errors { code message } } }",
        id=mover,
    )
    started: dict[str, Any] = _unwrapped(payload["startMover"], "run")
    return started


async def _stop(aws: Sandbox, client: Client, mover: str) -> None:
    say.rule("A run, stopped half-way")
    for index in range(40):
        aws.put(LAB, "lab-photos", f"photos/new/{index:02}.jpg", bytes([index]) * 100_000)
    run = await _started(client, mover)
    stopping = False
    async for data in client.follow(_FOLLOW_RUN, id=run["id"]):
        run = data["runProgress"]["run"]
        if not stopping and (run["progress"]["bytes"]["transferred"] or 0) > 0:
            stopping = True
            payload = await client.ask(
                "mutation($id: ID!) { stopMover(input: { mover: $id })"
                " { run { id } errors { code message } } }",
                id=mover,
            )
            _unwrapped(payload["stopMover"], "run")
    if run["outcome"] != "CANCELLED":
        raise PlayError(f"the stopped run ended as {run['outcome']}")
    moved = run["progress"]["files"]["transferred"]
    say.print(f"[green]Stopped after {moved} of 40 new objects.[/] Outcome: {run['outcome']}")


async def _delete(aws: Sandbox, client: Client, mover: str) -> None:
    say.rule("deleteMover")
    payload = await client.ask(
        "mutation($id: ID!) { deleteMover(input: { mover: $id, cancelRun: true })"
        " { operation { id } errors { code message } } }",
        id=mover,
    )
    await _followed(client, _unwrapped(payload["deleteMover"], "operation")["id"])
    left = aws.state()[LAB]
    roles = [role for role in left["roles"] if not role.endswith(_ROLE)]
    if left["tasks"] or left["locations"] or roles:
        raise PlayError(f"something is left behind: {left}")
    say.print("[green]No task, no location and no role is left behind.[/]")


class Client:
    """GraphQL as any client speaks it: HTTP for questions, a WebSocket for streams."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = f"{url}/graphql", {"X-Auth-Token": token}

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=30, headers=self._headers) as http:
            body = {"query": query, "variables": variables}
            answer = (await http.post(self._url, json=body)).json()
        if answer.get("errors"):
            raise PlayError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def follow(self, query: str, **variables: object) -> AsyncIterator[Mapping[str, Any]]:
        """graphql-transport-ws, one operation a socket."""
        address = self._url.replace("http", "ws", 1)
        async with websockets.connect(address, subprotocols=["graphql-transport-ws"]) as wire:  # type: ignore[list-item]
            await wire.send(json.dumps({"type": "connection_init", "payload": self._headers}))
            payload = {"query": query, "variables": variables}
            await wire.recv()
            await wire.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            async for text in wire:
                message = json.loads(text)
                if message["type"] == "error" or message.get("payload", {}).get("errors"):
                    raise PlayError(str(message["payload"]))
                if message["type"] == "complete":
                    return
                if message["type"] == "next":
                    yield message["payload"]["data"]


def _unwrapped(payload: dict[str, Any], name: str) -> dict[str, Any]:
    if payload["errors"]:
        raise PlayError("; ".join(error["message"] for error in payload["errors"]))
    found: dict[str, Any] = payload[name]
    return found


def _same_objects(aws: Sandbox) -> None:
    source = {key.removeprefix("photos/"): body for key, body in _objects(aws, LAB, "lab-photos")}
    target = {
        key.removeprefix("incoming/"): body for key, body in _objects(aws, SHOP, "shop-archive")
    }
    if source != target:
        raise PlayError("source and destination differ")


def _objects(aws: Sandbox, account: str, bucket: str) -> list[tuple[str, bytes]]:
    return list(aws.objects(account, bucket).items())


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=say,
    )


def _show_how_to_go_on(url: str, token: str) -> None:
    query = json.dumps(
        {"query": f'{{ account(id: "{LAB}") {{ movers {{ nodes {{ name status }} }} }} }}'}
    )
    say.rule("Go on from here")
    lines = (
        f"Address  {url}/graphql  and  {url}/v1/datasync",
        f"Token    {token}",
        "",
        f"curl -H 'X-Auth-Token: {token}' {url}/v1/datasync/{LAB}/movers",
        f"curl -H 'X-Auth-Token: {token}' -H 'Content-Type: application/json' \\",
        f"  -d '{query}' {url}/graphql",
    )
    for line in lines:
        say.print(line, highlight=False, soft_wrap=True)


def _until_interrupted() -> None:
    say.print("\nServing until Ctrl-C.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say.print("Stopping.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
