"""A follower gets the newest state as soon as it reads, and always the last one and the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from graph.transport.execution.results import Payload
from graph.transport.follower import Follower
from graph.transport.outbox import Outbox
from graph.transport.report import Report, ignore
from graph.transport.status import Stage
from tests.transport.test_memory_of_subscribers import made, served, subscribe
from tests.transport.test_outbox import Client


class Plain(Follower):
    def _frame(self, payload: Payload) -> bytes | None:
        return payload.json if self._outbox.wire else None

    def _message(self, payload: Payload) -> Message:
        return {"state": payload.json}

    def _last(self) -> Message:
        return {"end": True}


def state(number: int, **more: Any) -> Payload:
    return Payload(b"%d" % number, Stage.COMPLETE, **more)


def report() -> Report:
    return Report({"type": "http"}, ignore, "r", "sse")


STEPS = st.lists(st.sampled_from(["state", "stops", "reads"]), max_size=30)


@given(STEPS, st.booleans(), st.booleans())
async def test_the_newest_and_the_end_always_arrive_in_order(
    steps: list[str],
    ends_stuck: bool,  # noqa: FBT001
    wired: bool,  # noqa: FBT001
) -> None:
    client = Client()
    outbox = Outbox(client.send, client if wired else None)
    follower = Plain(outbox, report())
    sent = 0
    for step in steps:
        if step == "state":
            sent += 1
            follower.put(state(sent))
        elif step == "stops":
            client.reads.clear()
        else:
            client.reads.set()
            await outbox.emptied()
            assert not sent or client.got[-1] == {"state": b"%d" % sent}
    if ends_stuck:
        client.reads.clear()
    follower.close()
    client.reads.set()
    await outbox.emptied()
    states = [int(message["state"]) for message in client.got[:-1]]
    assert client.got[-1] == {"end": True}
    assert states == sorted(set(states))
    assert states[-1:] == ([sent] if sent else [])
    if "stops" not in steps:
        assert states == list(range(1, sent + 1))
        assert client.frames == (sent if wired else 0)
    assert follower.is_over
    await outbox.aclose()


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
async def test_a_client_that_reads_again_gets_the_newest_of_each_subject(
    steps: list[tuple[int, bool]],
) -> None:
    client = Client()
    outbox = Outbox(client.send)
    follower = Plain(outbox, report())
    last: dict[int, int] = {}
    for number, (subject, reads) in enumerate(steps):
        client.reads.set() if reads else client.reads.clear()
        follower.put(state(number, subject=subject))
        last[subject] = number
    client.reads.set()
    await outbox.emptied()
    got = [int(message["state"]) for message in client.got]
    assert got == sorted(set(got))
    assert set(last.values()) <= set(got)
    await outbox.aclose()


@pytest.mark.parametrize("reads", [True, False])
async def test_nothing_is_sent_after_the_client_no_longer_follows(*, reads: bool) -> None:
    client = Client()
    outbox = Outbox(client.send)
    follower = Plain(outbox, report())
    if not reads:
        client.reads.clear()
    follower.put(state(1))
    follower.put(state(2))
    follower.cancel()
    follower.put(state(3))
    follower.close()
    client.reads.set()
    await outbox.emptied()
    assert client.got == [{"state": b"1"}, {"state": b"2"}][: 2 if reads else 1]


async def test_failures_are_counted_even_of_states_that_the_client_misses() -> None:
    client = Client()
    outbox = Outbox(client.send)
    told = report()
    follower = Plain(outbox, told)
    client.reads.clear()
    for number in range(3):
        follower.put(state(number, failures=Counter({("NOT_FOUND", "x"): 1})))
    assert told.failures == {("NOT_FOUND", "x"): 3}
    await outbox.aclose()


async def test_the_form_of_a_payload_is_made_once_for_all() -> None:
    made = []

    def make(json: bytes) -> str:
        made.append(json)
        return json.decode()

    payload = state(7)
    assert [payload.form(make) for _ in range(3)] == ["7"] * 3
    assert made == [b"7"]


@pytest.mark.parametrize("kind", ["sse", "ws"])
async def test_middleware_sees_how_a_response_begins_but_no_state(kind: str) -> None:
    app, seen = made(), list[Message]()

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            seen.append(message)
            await send(message)

        await app(scope, receive, noted)

    async with served(noting) as port:
        client = await subscribe(kind, port, 0)
        client.close()
    begun = {"sse": ["http.response.start"], "ws": ["websocket.accept", "websocket.send"]}
    assert [message["type"] for message in seen] == begun[kind]
    assert not any('"now"' in str(message) for message in seen)
