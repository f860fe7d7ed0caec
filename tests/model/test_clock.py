"""The machine's clock: time in UTC, and a monotonic time that sleeping advances."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from graph.model.clock import SystemClock


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_now_is_in_utc_whatever_the_zone_of_the_machine(zone: str) -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0), zone
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_setting_the_wall_clock_moves_now_and_not_monotonic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SystemClock()
    before = clock.monotonic()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert clock.monotonic() >= before


async def test_sleeping_ends_when_the_loop_has_come_so_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    began, passed = loop.time(), 0.0
    monkeypatch.setattr(loop, "time", lambda: began + passed)
    sleeping = asyncio.create_task(SystemClock().sleep(3_600))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not sleeping.done()
    passed = 3_600.0
    await sleeping


async def test_a_sleeper_can_be_cancelled() -> None:
    sleeping = asyncio.create_task(SystemClock().sleep(3_600))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
