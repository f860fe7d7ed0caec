"""The demo: what a client does in the life of a mover, against a sandbox with two accounts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import httpx
from rich.markup import escape
from websockets.exceptions import WebSocketException

from graph.sandbox.client import Client, DemoError
from graph.sandbox.demo_steps import (
    FOLLOW_RUN,
    GROUP,
    console,
    followed,
    run_to_end,
    started,
    unwrapped,
)
from graph.sandbox.deployment import Deployment, DeploymentError, Ports, deploy
from graph.sandbox.hints import hints
from graph.sandbox.sample_data import LAB, OBJECTS, SHOP
from graph.sandbox.sandbox import Sandbox
from graph.sandbox.scans import show_scans
from graph.sandbox.signals import Termination

_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.25
"""How soon Ctrl-C is noticed while serving."""
_FAILURES: Final = (
    DemoError,
    DeploymentError,
    httpx.HTTPError,
    WebSocketException,
    OSError,
    TimeoutError,
    ValueError,
)
"""Failures of the server or the embedded AWS, which end the command with their message."""


def run_demo(ports: Ports, *, stay: bool) -> int:
    """Runs all steps; with ``stay``, keeps serving until Ctrl-C. Returns the exit status.

    That is 1 where a step failed, and 130 or 143 where Ctrl-C or SIGTERM interrupted one.
    """

    def play(deployment: Deployment) -> None:
        deleted = asyncio.run(_steps(deployment.aws, deployment.url, deployment.token))
        _print_hints(deployment, deleted)
        if stay:
            _until_interrupted()

    return _in_deployment(ports, play)


def serve_forever(ports: Ports) -> int:
    """Serves the API on an embedded AWS until Ctrl-C or SIGTERM. Returns the exit status."""

    def serve(deployment: Deployment) -> None:
        _print_hints(deployment, None)
        _until_interrupted()

    return _in_deployment(ports, serve)


def _in_deployment(ports: Ports, run: Callable[[Deployment], None]) -> int:
    with Termination() as termination:
        try:
            with deploy(termination, ports) as deployment:
                run(deployment)
        except KeyboardInterrupt:
            console.print("Stopped.")
            return termination.status
        except _FAILURES as error:
            reason = str(error) or type(error).__name__
            console.print(f"[red]Failed:[/] {escape(reason)}", highlight=False)
            return 1
    return 0


async def _steps(aws: Sandbox, url: str, token: str) -> str:
    """Runs the steps in order. Returns the id of the last operation."""
    client, before = Client(url, token), aws.state()[LAB]
    async with asyncio.timeout(_SECONDS):
        mover = await _create(client)
        console.rule("Start a run and follow it live")
        first = await run_to_end(client, mover)
        _compare_objects(aws)
        console.print(
            f"[green]Source and destination have the same {OBJECTS} objects.[/] Outcome: "
            f"{first['outcome']}"
        )
        console.rule("Start it again: nothing is copied twice")
        again = await run_to_end(client, mover)
        files = again["progress"]["files"]
        if files["transferred"] or files["skipped"] < OBJECTS:
            raise DemoError(f"the second run transferred {files['transferred']} items")
        console.print(f"[green]0 transferred, {files['skipped']} files and folders skipped.[/]")
        await _stop(aws, client, mover)
        operation = await _delete(aws, client, mover, before)
        await show_scans(aws, client)
        return operation


async def _create(client: Client) -> str:
    console.rule("Create a mover between the buckets of two accounts")
    location = "{ s3: { bucketArn: $%s, subdirectory: $%sPath } }"
    payload = await client.execute(
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
    ended = await followed(client, unwrapped(payload["createMover"], "operation")["id"])
    return str(ended["mover"]["id"])


async def _stop(aws: Sandbox, client: Client, mover: str) -> None:
    console.rule("Stop a run halfway")
    for index in range(40):
        aws.put(LAB, "lab-photos", f"photos/new/{index:02}.jpg", bytes([index]) * 100_000)
    run = await started(client, mover)
    stopping = False
    async for data in client.subscribe(FOLLOW_RUN, id=run["id"]):
        run = data["runProgress"]["run"]
        if not stopping and (run["progress"]["bytes"]["transferred"] or 0) > 0:
            stopping = True
            payload = await client.execute(
                "mutation($id: ID!) { stopMover(input: { mover: $id })"
                " { run { id } errors { code message } } }",
                id=mover,
            )
            unwrapped(payload["stopMover"], "run")
    if run["outcome"] != "CANCELLED":
        raise DemoError(f"the stopped run ended as {run['outcome']}")
    moved = run["progress"]["files"]["transferred"]
    console.print(f"[green]Stopped after {moved} of 40 new objects.[/] Outcome: {run['outcome']}")


async def _delete(aws: Sandbox, client: Client, mover: str, before: dict[str, list[str]]) -> str:
    console.rule("Delete the mover")
    payload = await client.execute(
        "mutation($id: ID!) { deleteMover(input: { mover: $id, cancelRun: true })"
        " { operation { id } errors { code message } } }",
        id=mover,
    )
    operation = str(unwrapped(payload["deleteMover"], "operation")["id"])
    await followed(client, operation)
    if aws.state()[LAB] != before:
        raise DemoError(f"resources were left behind: {aws.state()[LAB]} instead of {before}")
    console.print("[green]No task, location or role is left behind.[/]")
    return operation


def _compare_objects(aws: Sandbox) -> None:
    source = {key.removeprefix("photos/"): body for key, body in _objects(aws, LAB, "lab-photos")}
    target = {
        key.removeprefix("incoming/"): body for key, body in _objects(aws, SHOP, "shop-archive")
    }
    if source != target:
        raise DemoError("source and destination differ")


def _objects(aws: Sandbox, account: str, bucket: str) -> list[tuple[str, bytes]]:
    return list(aws.objects(account, bucket).items())


def _print_hints(deployment: Deployment, operation: str | None) -> None:
    console.rule("Try it yourself")
    for line in hints(deployment, operation):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _until_interrupted() -> None:
    """Waits for Ctrl-C or SIGTERM, which is not an error here."""
    console.print("\nServing. Press Ctrl-C to stop.")
    try:
        while True:
            # Not signal.pause(): the system may deliver the signal to another thread, and the
            # main thread, which handles it, would stay asleep.
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        console.print("Stopping.")
