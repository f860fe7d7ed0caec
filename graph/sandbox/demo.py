"""The main job, played as a client would: a sandbox, a server, two accounts, one mover."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from websockets.exceptions import WebSocketException

from graph.sandbox.client import Client, PlayError
from graph.sandbox.deployment import Ports, Stage, StageError, stage
from graph.sandbox.hints import hints
from graph.sandbox.sample_data import LAB, OBJECTS, SHOP
from graph.sandbox.served import Sandbox
from graph.sandbox.signals import Ending

GROUP: Final = "demo"
_ACT_SECONDS: Final = 120.0
_NOTICE_SECONDS: Final = 0.25
"""Within which Ctrl-C is noticed while serving."""
_REASONS: Final = (
    PlayError,
    StageError,
    httpx.HTTPError,
    WebSocketException,
    OSError,
    TimeoutError,
    ValueError,
)
"""What a play ends by, with a reason: a server or an AWS that does not do as it should."""

say = Console()


def play(*, stay: bool) -> int:
    """Plays all acts; where it stays it goes on serving until Ctrl-C. Gives the exit status.

    130 or 143 where Ctrl-C or SIGTERM ended it in the middle of an act, 1 where it went wrong.
    """

    def play_on(on: Stage) -> None:
        deleted = asyncio.run(_acts(on.aws, on.url, on.token))
        _show_how_to_go_on(on, deleted)
        if stay:
            _until_interrupted()

    return _on_a_stage(Ports(), play_on)


def serve_forever(ports: Ports) -> int:
    """The API on an embedded AWS with the same accounts, until Ctrl-C or SIGTERM."""

    def serve(on: Stage) -> None:
        _show_how_to_go_on(on, None)
        _until_interrupted()

    return _on_a_stage(ports, serve)


def _on_a_stage(ports: Ports, act: Callable[[Stage], None]) -> int:
    with Ending() as ending:
        try:
            with stage(ending, ports) as on:
                act(on)
        except KeyboardInterrupt:
            say.print("Stopped.")
            return ending.status
        except _REASONS as error:
            reason = str(error) or type(error).__name__
            say.print(f"[red]It failed:[/] {escape(reason)}", highlight=False)
            return 1
    return 0


async def _acts(aws: Sandbox, url: str, token: str) -> str:
    """Plays them; gives the id of the last operation."""
    client, before = Client(url, token), aws.state()[LAB]
    async with asyncio.timeout(_ACT_SECONDS):
        mover = await _create(client)
        say.rule("A run, watched live")
        run = await _run(client, mover)
        _same_objects(aws)
        say.print(f"[green]{OBJECTS} objects are at both sides.[/] Outcome: {run['outcome']}")
        say.rule("Once more: nothing is copied twice")
        again = await _run(client, mover)
        files = again["progress"]["files"]
        if files["transferred"] or files["skipped"] < OBJECTS:
            raise PlayError(f"the second run transferred {files['transferred']} items")
        say.print(f"[green]0 transferred, {files['skipped']} files and folders skipped.[/]")
        await _stop(aws, client, mover)
        return await _delete(aws, client, mover, before)


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
            say.print(f"  {event['message']}", highlight=False, markup=False, soft_wrap=True)
        shown = len(operation["events"])
    if operation.get("status") != "COMPLETED":
        raise PlayError(f"the operation failed: {operation.get('failure')}")
    return operation


_RUN: Final = (
    "run { id runId status outcome progress { percent bytesPerSecond estimatedSecondsLeft"
    " bytes { estimated transferred } files { transferred skipped } } }"
)


async def _run(client: Client, mover: str) -> dict[str, Any]:
    """Starts a run and follows it to its end, with a bar."""
    run: dict[str, Any] = await _started(client, mover)
    with _bar() as bar:
        task = bar.add_task("", total=None, told="")
        async for data in client.follow(_FOLLOW_RUN, id=run["id"]):
            run = data["runProgress"]["run"]
            percent = run["progress"]["percent"]
            bar.update(
                task,
                description=run["status"],
                completed=percent or 0,
                total=None if percent is None else 100,
                told=_told(run["progress"]),
            )
    if run["outcome"] != "SUCCEEDED":
        raise PlayError(f"the run ended as {run['outcome']}")
    return run


def _told(progress: dict[str, Any]) -> str:
    """Bytes, rate and time left, as far as the server tells them."""
    moved, rate = progress["bytes"]["transferred"] or 0, progress["bytesPerSecond"]
    left = progress["estimatedSecondsLeft"]
    parts = [
        f"{moved / 1e6:.1f} MB",
        f"{rate / 1e6:.1f} MB/s" if rate else "",
        f"{left:.0f} s left" if left else "",
    ]
    return "  ".join(part for part in parts if part)


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


async def _delete(aws: Sandbox, client: Client, mover: str, before: dict[str, list[str]]) -> str:
    say.rule("deleteMover")
    payload = await client.ask(
        "mutation($id: ID!) { deleteMover(input: { mover: $id, cancelRun: true })"
        " { operation { id } errors { code message } } }",
        id=mover,
    )
    operation = str(_unwrapped(payload["deleteMover"], "operation")["id"])
    await _followed(client, operation)
    if aws.state()[LAB] != before:
        raise PlayError(f"something is left behind: {aws.state()[LAB]}, not {before}")
    say.print("[green]No task, no location and no role is left behind.[/]")
    return operation


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
        TextColumn("{task.fields[told]}"),
        console=say,
    )


def _show_how_to_go_on(on: Stage, operation: str | None) -> None:
    say.rule("Go on from here")
    for line in hints(on, operation):
        say.print(line, highlight=False, markup=False, soft_wrap=True)


def _until_interrupted() -> None:
    """To be ended is how this is meant to end: no error."""
    say.print("\nServing until Ctrl-C.")
    try:
        while True:
            # Not signal.pause(): the system may give the signal to any thread, but only the main
            # one acts on it, and it must be awake for that.
            time.sleep(_NOTICE_SECONDS)
    except KeyboardInterrupt:
        say.print("Stopping.")
