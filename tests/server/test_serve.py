"""``datasync-api serve`` with several workers: they start, serve, and end together."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import httpx
import pytest

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.world import LAB, furnish


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
    arguments = ["--workers", "2"]
    async with Server(aws, tmp_path, arguments=arguments, log=log, LOG_LEVEL="info") as server:

        async def ask() -> int:
            async with server.client() as client:  # a connection each: either worker may take it
                return (await client.get(f"/v1/datasync/{LAB}/movers")).status_code

        async with asyncio.timeout(90):
            while log.read_text().count("Application startup complete") < 2:
                assert await ask() == 200
        assert await asyncio.gather(*(ask() for _ in range(8))) == [200] * 8
        workers = [int(pid) for pid in re.findall(r"server process \[(\d+)", log.read_text())]
        assert len(workers) == 2
        assert all(alive(pid) for pid in workers)
        assert server.terminate() in (0, -15)
    assert [pid for pid in workers if alive(pid)] == []
    told = log.read_text()
    assert told.count("route=/v1/datasync/{account}/movers ") >= 8
    assert "Traceback" not in told
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
