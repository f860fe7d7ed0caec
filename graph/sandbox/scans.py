"""The second mover of the demo: from a file server to a bucket, with a filter and a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.sandbox.client import Client, DemoError
from graph.sandbox.demo_steps import GROUP, console, followed, run_to_end, unwrapped
from graph.sandbox.sample_data import LAB
from graph.sandbox.sandbox import Sandbox

_HOST: Final = "nas.lab.example"
_SCANS: Final = 40
_BYTES: Final = 50_000
"""Of each scan."""
_SLOW: Final = 250_000
"""Bytes per second that the mover is limited to: its run would take 8 seconds."""
_EXPRESSION: Final = "cron(0 3 ? * MON-FRI *)"


async def show_scans(aws: Sandbox, client: Client) -> None:
    """Creates the mover, changes the bandwidth of its run, shows its schedule, and deletes it."""
    files = {f"2026/{index:03}.tif": "x" * _BYTES for index in range(_SCANS)}
    files |= {f"2026/{index:03}.tmp": "unfinished" for index in range(10)}
    aws.put_files(f"nfs://{_HOST}/exports/scans/", files)
    agent = aws.agent(LAB, "scanner room")
    mover = await _create(client, agent)
    await _run(client, mover)
    _compare(aws, files)
    await _show_schedule(client, mover)


async def _create(client: Client, agent: str) -> str:
    console.rule("Create a second mover: from a file server, with a filter and a schedule")
    given = {
        "account": LAB,
        "group": GROUP,
        "name": "scans",
        "source": {
            "nfs": {
                "serverHostname": _HOST,
                "subdirectory": "/exports/scans",
                "agentArns": [agent],
            }
        },
        "destination": {"s3": {"bucketArn": "arn:aws:s3:::lab-photos", "subdirectory": "/scans"}},
        "excludes": ["*.tmp"],
        "options": {"bytesPerSecond": _SLOW},
        "schedule": {"expression": _EXPRESSION},
    }
    payload = await client.execute(
        "mutation($input: CreateMoverInput!) { createMover(input: $input)"
        " { operation { id } errors { code message } } }",
        input=given,
    )
    ended = await followed(client, unwrapped(payload["createMover"], "operation")["id"])
    return str(ended["mover"]["id"])


async def _run(client: Client, mover: str) -> None:
    console.rule("Limit the bandwidth of a run, and lift the limit while it runs")
    lifted: list[str] = []

    async def lift(run: Mapping[str, Any]) -> None:
        if lifted or not run["progress"]["bytes"]["transferred"]:
            return
        payload = await client.execute(
            "mutation($run: ID!) { setRunBandwidth(input: { run: $run, bytesPerSecond: -1 })"
            " { run { id } errors { code message } } }",
            run=run["id"],
        )
        lifted.append(unwrapped(payload["setRunBandwidth"], "run")["id"])
        console.print(f"  the limit of {_SLOW / 1e6} MB/s is lifted", highlight=False)

    await run_to_end(client, mover, lift)
    if not lifted:
        raise DemoError("the run ended before its limit was lifted")


def _compare(aws: Sandbox, files: dict[str, str]) -> None:
    found = {
        key.removeprefix("scans/")
        for key in aws.objects(LAB, "lab-photos")
        if key.startswith("scans/") and not key.endswith("/")
    }
    if found != {path for path in files if not path.endswith(".tmp")}:
        raise DemoError(f"the filter let {len(found)} files through")
    console.print(f"[green]{_SCANS} scans were copied, and no unfinished file.[/]")


async def _show_schedule(client: Client, mover: str) -> None:
    console.rule("See when it runs next, and delete it")
    answer = await client.execute(
        "query($id: ID!) { node(id: $id) { ... on Mover"
        " { schedule { summary problem nextRuns(first: 3) } } } }",
        id=mover,
    )
    schedule: dict[str, Any] = answer["node"]["schedule"]
    if schedule["problem"] or len(schedule["nextRuns"] or ()) != 3:  # noqa: PLR2004 - as asked for
        raise DemoError(f"the schedule is {schedule}")
    console.print(f"  {schedule['summary']}", highlight=False)
    for time in schedule["nextRuns"]:
        console.print(f"  next run {time}", highlight=False)
    payload = await client.execute(
        "mutation($id: ID!) { deleteMover(input: { mover: $id })"
        " { operation { id } errors { code message } } }",
        id=mover,
    )
    await followed(client, str(unwrapped(payload["deleteMover"], "operation")["id"]))
