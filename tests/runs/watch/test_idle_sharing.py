"""A process shares nothing while it watches nothing."""

from __future__ import annotations

from graph.runs.watch.shared import LEASE
from tests.runs.watch.deployment import Deployment
from tests.runs.watch.held import Follower


async def test_a_process_that_watches_nothing_does_nothing() -> None:
    deployment = Deployment()
    clock = deployment.clock
    async with deployment.process() as a:
        for _ in range(2):  # before its first watch, and after
            await clock.turn(60)  # a watch remains for a while after its last follower
            before = clock.sleeps, deployment.table.exchanges
            await clock.turn(60)
            assert (clock.sleeps, deployment.table.exchanges) == before
            follower = Follower(a.watches)
            await clock.turn(3 * LEASE)
            assert deployment.table.exchanges >= before[1] + 8, "four rounds per lease"
            await follower.leave()
