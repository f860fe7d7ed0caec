"""The gauge of the leases that a process holds."""

from __future__ import annotations

from graph.observability.metrics import WATCH_LEASES
from graph.runs.watch.shared import LEASE
from tests.runs.watch.deployment import Deployment
from tests.runs.watch.held import Follower


async def test_the_leases_that_a_process_holds_are_shown() -> None:
    deployment = Deployment()

    def held() -> float:
        return float(WATCH_LEASES._value.get())

    async with deployment.process() as a:
        follower = Follower(a.watches)
        await deployment.clock.turn(1)
        assert held() == 1
        deployment.table.fails = True
        await deployment.clock.turn(2 * LEASE)
        assert held() == 0
        deployment.table.fails = False
        await deployment.clock.turn(LEASE)
        assert held() == 1
        await follower.leave()
        await deployment.clock.turn(10)
        assert held() == 0
