"""``datasync-api serve`` with several workers: they start, serve, and end together."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.world import LAB, ORG, furnish


def events_of(log: Path, name: str | None = None) -> list[dict[str, Any]]:
    """Every line is a JSON object; those of one name, or all."""
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return [each for each in events if name in (None, each.get("event"))]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.timeout(150)  # real servers start in it
async def test_workers_start_serve_and_end_together(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    log = tmp_path / "log"
    two = ["--workers", "2"]
    async with Server(
        aws, tmp_path, arguments=two, log=log, LOG_LEVEL="info", LOG_FORMAT="json"
    ) as server:

        async def ask() -> int:
            async with server.client() as client:  # a connection each: either worker may take it
                return (await client.get(f"/v1/datasync/{LAB}/movers")).status_code

        async with asyncio.timeout(90):
            while log.read_text().count('"ready"') < 2:
                assert await ask() == 200
        assert await asyncio.gather(*(ask() for _ in range(8))) == [200] * 8
        workers = [event["pid"] for event in events_of(log, "ready")]
        assert len(workers) == 2
        assert all(alive(pid) for pid in workers)
        assert server.terminate() in (0, -15)
    assert [pid for pid in workers if alive(pid)] == []
    (start,) = events_of(log, "starting")
    assert (start["listen"], start["workers"]) == (server.url.removeprefix("http://"), 2)
    assert (start["store"], start["org"], start["regions"]) == ("sqlite", ORG, "us-east-1")
    assert {"version", "python", "role", "keys", "connections", "calls_per_request"} <= set(start)
    assert {event["pid"] for event in events_of(log, "stopping")} == set(workers)
    told = [event for event in events_of(log) if event.get("route", "").endswith("/movers")]
    assert len(told) >= 8
    assert all((type(each["ms"]), each["status"]) == (float, 200) for each in told)
    assert "Traceback" not in log.read_text()
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(server.url)


@pytest.mark.timeout(150)
async def test_a_call_to_aws_takes_no_longer_than_the_settings_say(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with Server(aws, tmp_path, CALL_SECONDS="1") as server, server.client() as client:
        aws.interceptor.add(Fault("ListTasks", "gate", count=100))
        answer = await client.get(f"/v1/datasync/{LAB}/movers")
        aws.interceptor.clear()
    assert answer.status_code == 503
    assert "did not answer datasync:ListTasks in time" in answer.text
