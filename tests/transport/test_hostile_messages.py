"""No WebSocket message keeps the event loop busy for long, or breaks its socket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from graph.app import create_app
from graph.sandbox import Sandbox
from tests.transport.cpu import ATTEMPTS, collected_as_in_a_served_process, longest_step
from tests.transport.hostile_messages import MESSAGE, greetings, messages
from tests.transport.wire import Socket, settle
from tests.world import TOKEN, furnish, settings

MOST = 0.05
"""Seconds of CPU in one step."""
PART = 40
MESSAGES = dict(messages())
GREETINGS = dict(greetings())
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part"),
]


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    with collected_as_in_a_served_process():
        yield


@pytest.fixture
async def app(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Starlette]:
    furnish(aws)
    opened = create_app(settings(tmp_path))
    async with opened.router.lifespan_context(opened):
        yield opened


async def conversation(app: Starlette, greeting: str, said: list[str]) -> Socket:
    """A socket that has been told all, and has answered or been closed."""
    headers = [] if "payload" in greeting else [(b"x-auth-token", TOKEN.encode())]
    async with Socket(app, path="/graphql", headers=headers) as wire:
        wire.say(greeting)
        await wire.until(lambda: bool(wire.heard) or wire.closed_with is not None)
        wire.say(*said)
        await settle()
        wire.leave()
        await wire.ended()
    return wire


async def took(app: Starlette, greeting: str, said: list[str]) -> tuple[float, Socket]:
    """The longest step of the best of some attempts: the machine has other work."""
    best = 1e9
    for _ in range(ATTEMPTS):
        longest, wire = await longest_step(conversation(app, greeting, said))
        best = min(best, longest)
        if best < MOST / 2:
            break
    return best, wire


@pytest.mark.parametrize("part", range(0, len(MESSAGES), PART))
async def test_no_message_keeps_the_loop_busy_or_breaks_the_socket(
    app: Starlette, part: int, caplog: pytest.LogCaptureFixture
) -> None:
    slow, broken = {}, {}
    for name in list(MESSAGES)[part : part + PART]:
        caplog.clear()
        best, wire = await took(app, '{"type":"connection_init"}', MESSAGES[name])
        if best > MOST:
            slow[name] = best
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        if errors or (wire.closed_with is not None and not 4400 <= wire.closed_with[0] < 4500):
            broken[name] = wire.closed_with
    assert (slow, broken) == ({}, {})


async def test_no_greeting_keeps_the_loop_busy_or_breaks_the_socket(
    app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    slow, codes = {}, set()
    for name, greeting in GREETINGS.items():
        if len(greeting.encode()) > MESSAGE:
            continue
        best, wire = await took(app, greeting, [])
        if best > MOST:
            slow[name] = best
        assert wire.closed_with is not None, name
        codes.add(wire.closed_with[0])
    assert slow == {}
    assert codes <= {4400, 4403}
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_the_messages_are_as_large_as_they_may_be() -> None:
    sizes = [max((len(each.encode()) for each in said), default=0) for said in MESSAGES.values()]
    assert max(sizes) <= MESSAGE
    assert sum(size > 0.9 * MESSAGE for size in sizes) > 50
