"""A group is read in the turns of its members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

from graph.concurrency import Share, current_work
from graph.transport.execution.groups import Groups


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
                await stack.enter_async_context(aclosing(groups.follow("k", source, who)))
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
            member = groups.follow("k", source, ("portal", f"user-{number}"))
            members.insert(0, await stack.enter_async_context(aclosing(member)))
            await anext(member)
        assert len(await next_shares()) == 32
