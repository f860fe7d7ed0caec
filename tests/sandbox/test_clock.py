"""The sandbox's clock: it runs by itself, or is turned by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.sandbox import Sandbox
from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.engine import ENGINE
from tests.sandbox.lab import client, fill, make_task, start


def test_a_sandbox_settles_and_its_clock_goes_on_by_itself(lab: Sandbox) -> None:
    fill(lab, a=1_000_000)
    _, describe = start(client("datasync"), make_task(client("datasync")))
    ENGINE.let_go()
    assert describe()["Status"] == "LAUNCHING"
    lab.settle()
    assert describe()["Status"] == "SUCCESS"
    assert not CLOCK.manual


def test_a_clock_that_is_let_go_goes_on_from_where_it_stands(aws: Sandbox) -> None:
    aws.turn(5_000)
    stands = CLOCK.now()
    CLOCK.let_go()
    assert 0 <= (CLOCK.now() - stands).total_seconds() < 1_000


def test_after_a_reset_it_is_the_machines_time_again(lab: Sandbox) -> None:
    lab.turn(5_000)
    lab.reset()
    assert abs((CLOCK.now() - datetime.now(UTC)).total_seconds()) < 60
