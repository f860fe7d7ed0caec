"""States that many follow: executed once for equal callers, the newest to each, the last to all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from contextvars import ContextVar
from typing import Any

import pytest

from graph.transport import GraphQLApp
from graph.transport.execution.groups import Groups
from tests.transport.execution.following import follow
from tests.transport.small import LEVELS, CodedError, Context, app
from tests.transport.wire import Socket, Streaming, settle

LEVEL = 'subscription { level(of: "a") }'


@pytest.fixture(autouse=True)
async def _nothing_is_left() -> AsyncIterator[None]:
    yield
    assert LEVELS.followers == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


def subscribe(query: str, name: str = "1") -> dict[str, object]:
    return {"type": "subscribe", "id": name, "payload": {"query": query}}


def told(wire: Socket, name: str = "1") -> list[object]:
    mine = [message for message in wire.heard if message.get("id") == name]
    return [
        message["payload"]["data"]["level"] if message["type"] == "next" else message["type"]
        for message in mine
    ]


async def test_equal_callers_on_every_transport_share_one_execution() -> None:
    served = app()
    async with Socket(served) as wire, Socket(served) as other, Streaming(served, LEVEL) as stream:
        wire.say({"type": "connection_init"}, subscribe(LEVEL, "1"), subscribe(LEVEL, "é"))
        other.say({"type": "connection_init"}, subscribe(LEVEL))
        await settle()
        assert len(LEVELS.followers) == 1
        LEVELS.tell("1")
        await settle()
        LEVELS.tell("2", None)
        await stream.ended()
        await settle()
        for heard in (told(wire), told(wire, "é"), told(other)):
            assert heard == ["a 1", "a 2", "complete"]
        assert [line for line in stream.text.splitlines() if line.startswith("data: {")] == [
            f'data: {{"data":{{"level":"a {n}"}}}}' for n in (1, 2)
        ]


WHO = "subscription Who { followed { who } }"
TEXTS = (
    WHO,
    "# one of many\nsubscription Who { followed { who } }",
    "subscription Who{followed{who}}",
    "subscription Who { ,followed { who, } }\n",
    WHO + " query Other { hello }",
)


def with_rights(**given: Any) -> GraphQLApp:
    """Identities are the rights and a user, such as ``reader:ann``."""
    return app(
        rights_of=lambda identity: identity.partition(":")[0],
        make_shared_context=lambda rights, request_id: Context(f"rights {rights}", request_id),
        names_of=lambda identity: frozenset({identity.partition(":")[0], identity}),
        **given,
    )


async def test_all_end_users_of_one_key_share_one_execution_whatever_their_texts() -> None:
    served = with_rights()
    followers = 200
    async with AsyncExitStack() as stack:
        streams = [
            Streaming(served, TEXTS[n % len(TEXTS)], f"reader:{n}".encode(), name="Who")
            for n in range(followers)
        ]
        for stream in streams:
            await stack.enter_async_context(stream)
        await settle()
        assert len(LEVELS.followers) == 1
        LEVELS.tell("1", None)
        for stream in streams:
            await stream.ended()
        assert {stream.text for stream in streams} == {streams[0].text}
        assert 'data: {"data":{"followed":{"who":"rights reader"}}}' in streams[0].text


async def test_other_rights_are_another_execution() -> None:
    served = with_rights()
    async with (
        Streaming(served, WHO, b"reader:ann") as reader,
        Streaming(served, WHO, b"writer:ann") as writer,
    ):
        await settle()
        assert len(LEVELS.followers) == 2
        LEVELS.tell("1", None)
        for stream, rights in ((reader, "reader"), (writer, "writer")):
            await stream.ended()
            assert f"rights {rights}" in stream.text


async def test_what_is_no_state_is_executed_for_the_identity() -> None:
    served = with_rights()
    async with Streaming(served, "subscription { own(to: 1) { who } }", b"reader:ann") as stream:
        await stream.ended()
        assert "reader:ann" in stream.text


async def test_errors_of_a_shared_execution_name_no_place_in_the_text_of_another() -> None:
    served = app()
    text = "\n\n" + LEVEL
    async with Streaming(served, LEVEL) as first, Streaming(served, text) as second:
        await settle()
        LEVELS.tell(CodedError("told"))
        for stream in (first, second):
            await stream.ended()
        assert "NO_GOOD" in first.text
        assert "locations" not in first.text
        assert first.text == second.text


@pytest.mark.parametrize("query", [LEVEL, "subscription { count(to: {n}) }"])
async def test_a_caller_follows_a_bounded_number_of_different_subscriptions(query: str) -> None:
    """Those of all its users together. To follow the same once more is free."""
    served = with_rights(executions_per_caller=3)
    texts = [query.replace('"a"', f'"{n}"').replace("{n}", str(20 + n)) for n in range(4)]
    is_state = query == LEVEL
    async with AsyncExitStack() as stack:

        async def follow(text: str, token: str) -> Streaming:
            stream = Streaming(served, text, token.encode())
            await stack.enter_async_context(stream)
            await settle()
            return stream

        kept = [await follow(text, f"reader:{text}") for text in texts[:3]]
        refused = await follow(texts[3], "reader:ann")
        await refused.ended()
        assert "QUOTA_EXCEEDED" in refused.text
        again = await follow(texts[0], "reader:bob")
        assert ("QUOTA_EXCEEDED" not in again.text) is is_state
        other = await follow(texts[3], "writer:ann")
        assert "QUOTA_EXCEEDED" not in other.text
        kept[1].leave()
        await kept[1].ended()
        now = await follow(texts[3], "reader:ann")
        assert "QUOTA_EXCEEDED" not in now.text
    assert served.endpoint.results.executions._followed == {}


async def test_a_group_does_not_inherit_what_is_noted_for_the_connection_of_its_first() -> None:
    noted: ContextVar[str] = ContextVar("noted", default="nothing")
    found = []

    async def source() -> AsyncGenerator[int, None]:
        found.append(noted.get())
        yield 1

    noted.set("the first")
    async with aclosing(follow(Groups[int](), "k", source)) as followed:
        assert [state async for state in followed] == [1]
    assert found == ["nothing"]


async def test_others_share_nothing() -> None:
    served = app()
    async with AsyncExitStack() as stack:
        for query, token in (
            (LEVEL, b"one"),
            (LEVEL, b"two"),
            (LEVEL.replace("a", "b"), b"one"),
            (LEVEL.replace("level", "x: level"), b"one"),
            ("subscription($of: String!) { level(of: $of) }", b"one"),
            ("subscription { ...A } fragment A on Subscription { level }", b"one"),
        ):
            stream = Streaming(served, query, token)
            await stack.enter_async_context(stream)
        await settle()
        assert len(LEVELS.followers) == 5  # one lacks its variable
    async with Streaming(served, "subscription { count(to: 20) }") as first:
        await settle()
        async with Streaming(served, "subscription { count(to: 20) }") as second:
            for stream in (first, second):  # no state: each gets every event
                await stream.until(lambda s=stream: s.text.count("event: next") == 20)  # type: ignore[misc]


async def test_who_comes_later_gets_the_present_state_at_once() -> None:
    served = app()
    async with Streaming(served, LEVEL):
        await settle()
        LEVELS.tell("1", "2")
        await settle()
        async with Streaming(served, LEVEL) as late:
            await settle()
            assert "a 2" in late.text
            assert "a 1" not in late.text
            assert len(LEVELS.followers) == 1


async def test_a_slow_client_gets_the_newest_and_the_last_and_holds_nobody_up() -> None:
    served = app()
    async with Streaming(served, LEVEL) as slow, Streaming(served, LEVEL) as quick:
        await settle()
        slow.reading.clear()
        for number in range(50):
            LEVELS.tell(str(number))
            await settle()
        LEVELS.tell("last", None)
        await quick.ended()
        assert quick.text.count("event: next") == 51
        slow.reading.set()
        await slow.ended()
        assert 'a last"' in slow.text
        assert slow.text.count("event: next") <= 3


async def test_the_last_to_leave_closes_the_source() -> None:
    served = app()
    async with Streaming(served, LEVEL) as first, Streaming(served, LEVEL) as second:
        await settle()
        first.leave()
        await first.ended()
        LEVELS.tell("1")
        await second.until(lambda: "a 1" in second.text)
        second.leave()
        await second.ended()
        assert LEVELS.followers == []
        assert len(served.endpoint.results._groups) == 0
        async with Streaming(served, LEVEL) as third:
            await settle()
            assert len(LEVELS.followers) == 1
            assert third.text == ""


async def test_an_accident_is_masked_for_all_of_a_group_and_ends_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = app()
    async with Streaming(served, LEVEL) as first, Streaming(served, LEVEL) as second:
        await settle()
        LEVELS.tell("1", RuntimeError("secret"))
        await first.ended()
        await second.ended()
        assert first.text == second.text
        assert "INTERNAL" in first.text
        assert "secret" not in first.text
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1


async def test_a_source_that_ends_at_once_is_asked_again_by_the_next() -> None:
    asked = 0

    async def source() -> AsyncGenerator[int, None]:
        nonlocal asked
        asked += 1
        yield asked

    groups: Groups[int] = Groups()
    for number in (1, 2):
        async with aclosing(follow(groups, "k", source)) as followed:
            assert [state async for state in followed] == [number]
    assert len(groups) == 0


async def test_who_is_cancelled_before_the_first_state_leaves_nothing() -> None:
    async def source() -> AsyncGenerator[int, None]:
        await asyncio.Event().wait()
        yield 1

    groups: Groups[int] = Groups()
    followed = follow(groups, "k", source)
    waiting = asyncio.ensure_future(anext(followed))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await followed.aclose()
    assert len(groups) == 0
