"""A group is read in the turns of its members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

import pytest

from graph.concurrency import Share, current_work
from graph.transport.execution.groups import Groups
from tests.transport.execution.following import follow
from tests.transport.small import LEVELS, Context, app
from tests.transport.wire import Streaming, settle


async def test_a_group_works_for_the_members_that_it_has_and_for_few_of_many() -> None:
    """Callers come first, then their users. Who is in it twice counts until both have left."""
    groups: Groups[list[Share]] = Groups()
    turn = asyncio.Semaphore(0)

    async def source() -> AsyncGenerator[list[Share], None]:
        while await turn.acquire():
            yield [share[:-1] for share in current_work().shares]

    async def next_shares() -> list[Share]:
        turn.release()
        return await anext(members[-1])

    async with AsyncExitStack() as stack:
        members: list[AsyncGenerator[list[Share], None]] = []
        waiting = []
        for who in [("lab", None), ("portal", "ada"), ("lab", None), ("shop", None)]:
            members.append(
                await stack.enter_async_context(aclosing(follow(groups, "k", source, who)))
            )
            waiting.append(asyncio.ensure_future(anext(members[-1])))
        await asyncio.sleep(0)
        turn.release()
        heard = await asyncio.gather(*waiting)
        assert heard == [[("lab", None), ("portal", "ada"), ("shop", None)]] * 4
        await members[0].aclose()
        assert await next_shares() == [("lab", None), ("portal", "ada"), ("shop", None)]
        await members[2].aclose()
        assert await next_shares() == [("portal", "ada"), ("shop", None)]
        for number in range(1_000):
            member = follow(groups, "k", source, ("portal", f"user-{number}"))
            members.insert(0, await stack.enter_async_context(aclosing(member)))
            await anext(member)
        assert len(await next_shares()) == 32


async def test_subscribers_that_share_an_execution_share_its_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Callers with equal rights are still distinguished where turns are taken."""
    worked_for: list[list[Share]] = []
    follow = LEVELS.follow

    async def noting(of: str) -> AsyncGenerator[str, None]:
        async for state in follow(of):
            worked_for.append(sorted(share[:-1] for share in current_work().shares))
            yield state

    monkeypatch.setattr(LEVELS, "follow", noting)
    served = app(
        rights_of=lambda _identity: "equal",
        make_shared_context=Context,
        share_of=lambda identity: tuple(identity.split(":")),
    )
    query = 'subscription { level(of: "a") }'
    async with Streaming(served, query, b"flood:-") as flood:
        async with Streaming(served, query, b"portal:ada") as honest:
            await settle()
            LEVELS.tell("1")
            await honest.until(lambda: "a 1" in honest.text)
            honest.leave()
            await honest.ended()
        LEVELS.tell("2", None)
        await flood.ended()
    assert worked_for == [[("flood", "-"), ("portal", "ada")], [("flood", "-")]]
