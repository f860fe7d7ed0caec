"""States that several operations of one socket follow, while its client reads or does not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transport.small import LEVELS, app
from tests.transport.wire import Socket, settle

INIT = {"type": "connection_init"}


def subscribe(name: str, of: str = "a") -> dict[str, Any]:
    query = f'subscription {{ level(of: "{of}") }}'
    return {"type": "subscribe", "id": name, "payload": {"query": query}}


def told(wire: Socket, name: str) -> list[Any]:
    return [
        m["payload"]["data"]["level"] if m["type"] == "next" else m["type"]
        for m in wire.heard
        if m.get("id") == name
    ]


async def test_each_operation_of_a_stuck_socket_gets_its_newest_its_last_and_its_end() -> None:
    async with Socket(app()) as wire:
        wire.say(INIT, subscribe("1", "a"), subscribe("2", "b"), subscribe("3", "a"))
        await settle()
        wire.reading.clear()
        for number in range(20):
            LEVELS.tell(str(number))
            await settle()
        LEVELS.tell("last", None)
        await settle()
        assert wire.waiting == 1
        wire.reading.set()
        await wire.until(lambda: [m["type"] for m in wire.heard].count("complete") == 3)
    for name, of in (("1", "a"), ("2", "b"), ("3", "a")):
        heard = told(wire, name)
        assert heard[-2:] == [f"{of} last", "complete"]
        assert len(heard) <= 3
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_idle_states_need_no_task_and_no_timer_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    call_at, timers = loop.call_at, list[asyncio.TimerHandle]()

    def noting(*args: Any, **more: Any) -> asyncio.TimerHandle:
        timers.append(call_at(*args, **more))
        return timers[-1]

    monkeypatch.setattr(loop, "call_at", noting)
    served = app()
    async with Socket(served) as first:
        first.say(INIT, *[subscribe(str(n)) for n in range(10)])
        await settle()
        tasks = len(asyncio.all_tasks())
        async with Socket(served) as second:
            second.say(INIT, *[subscribe(str(n)) for n in range(10)])
            await settle()
            # The task in which a server runs the application.
            assert len(asyncio.all_tasks()) == tasks + 1
            assert len([timer for timer in timers if not timer.cancelled()]) == 1
            LEVELS.tell("1", None)
            await settle()
            assert [told(second, str(n)) for n in range(10)] == [["a 1", "complete"]] * 10


@pytest.mark.parametrize("reads", [True, False])
async def test_an_id_can_be_used_again_after_its_end_or_its_cancellation(*, reads: bool) -> None:
    async with Socket(app()) as wire:
        wire.say(INIT, subscribe("1", "a"))
        await settle()
        LEVELS.tell("1")
        await settle()
        if not reads:
            wire.reading.clear()
            LEVELS.tell("2")
            await settle()
            LEVELS.tell("3")
        wire.say({"type": "complete", "id": "1"}, subscribe("1", "b"))
        await settle()
        assert len(LEVELS.followers) == 1  # of the second
        wire.reading.set()
        LEVELS.tell("4", None)
        await wire.until(lambda: told(wire, "1")[-1:] == ["complete"])
        assert told(wire, "1") == ["a 1", *([] if reads else ["a 2"]), "b 4", "complete"]
        wire.say(subscribe("1", "c"))
        await settle()
        LEVELS.tell("5", None)
        await wire.until(lambda: told(wire, "1")[-2:] == ["c 5", "complete"])


async def test_each_operation_that_follows_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes: list[tuple[str, str]] = []
    served = app(observe=lambda _, report: outcomes.append((report.transport, report.outcome)))
    async with Socket(served) as wire:
        wire.say(INIT, subscribe("ends"), subscribe("cancelled", "b"))
        await settle()
        wire.say({"type": "complete", "id": "cancelled"})
        await settle()
        LEVELS.tell("1", None)
        await settle()
        wire.say(subscribe("left", "c"))
        await settle()
        wire.leave()
        await wire.ended()
    outcome = ["cancelled", "ok", "cancelled"]
    assert outcomes == [("websocket", each) for each in outcome]
