"""Steps that several parts of the demo take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from graph.sandbox.client import Client, DemoError

GROUP: Final = "demo"

console = Console()


async def followed(client: Client, operation_id: str) -> dict[str, Any]:
    """Prints the events of an operation as they arrive. Returns its final state."""
    shown, operation = 0, {}
    async for data in client.subscribe(
        "subscription($id: ID!) { operationProgress(operation: $id)"
        " { status failure { message } events { message } mover { id name } } }",
        id=operation_id,
    ):
        operation = data["operationProgress"]
        for event in operation["events"][shown:]:
            console.print(f"  {event['message']}", highlight=False, markup=False, soft_wrap=True)
        shown = len(operation["events"])
    if operation.get("status") != "COMPLETED":
        raise DemoError(f"the operation failed: {(operation.get('failure') or {}).get('message')}")
    return operation


_RUN: Final = (
    "run { id runId status outcome progress { percent bytesPerSecond estimatedSecondsLeft"
    " bytes { estimated transferred } files { transferred skipped } } }"
)


async def nothing(_run: Mapping[str, Any]) -> None:
    """For a run during which nothing is done."""


async def run_to_end(
    client: Client, mover: str, during: Callable[[Mapping[str, Any]], Awaitable[None]] = nothing
) -> dict[str, Any]:
    """Starts a run and follows it to its end, with a progress bar. ``during``: after each event."""
    run = await started(client, mover)
    with bar() as progress:
        task = progress.add_task("", total=None, details="")
        async for data in client.subscribe(FOLLOW_RUN, id=run["id"]):
            run = data["runProgress"]["run"]
            percent = run["progress"]["percent"]
            progress.update(
                task,
                description=run["status"],
                completed=percent or 0,
                total=None if percent is None else 100,
                details=details(run["progress"]),
            )
            await during(run)
    if run["outcome"] != "SUCCEEDED":
        raise DemoError(f"the run ended as {run['outcome']}")
    return run


def details(progress: dict[str, Any]) -> str:
    """Bytes, rate and time left, as far as they are known."""
    moved, rate = progress["bytes"]["transferred"] or 0, progress["bytesPerSecond"]
    left = progress["estimatedSecondsLeft"]
    parts = [
        f"{moved / 1e6:.1f} MB",
        f"{rate / 1e6:.1f} MB/s" if rate else "",
        f"{left:.0f} s left" if left else "",
    ]
    return "  ".join(part for part in parts if part)


FOLLOW_RUN: Final = f"subscription($id: ID!) {{ runProgress(run: $id) {{ sequence {_RUN} }} }}"


async def started(client: Client, mover: str) -> dict[str, Any]:
    """The run of a mover that was just started."""
    payload = await client.execute(
        f"mutation($id: ID!) {{ startMover(input: {{ mover: $id }}) {{ {_RUN}"
        " errors { code message } } }",
        id=mover,
    )
    return unwrapped(payload["startMover"], "run")


def unwrapped(payload: dict[str, Any], name: str) -> dict[str, Any]:
    """A member of a payload. Raises DemoError for its errors."""
    if payload["errors"]:
        raise DemoError("; ".join(error["message"] for error in payload["errors"]))
    found: dict[str, Any] = payload[name]
    return found


def bar() -> Progress:
    """A bar with a status before it, and details after it."""
    return Progress(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        TextColumn("{task.fields[details]}"),
        console=console,
    )
