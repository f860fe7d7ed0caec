"""The engine that steps transfers: its locks, its thread, and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.request import urlopen

import pytest

from graph.sandbox import Sandbox
from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.engine import ENGINE, Engine
from graph.sandbox.datasync.transfer import Transfer
from graph.sandbox.failures import Cancelled
from tests.sandbox.lab import client, fill, make_task, start


class Steps:
    """A transfer of so many steps of a second."""

    def __init__(self, count: int = 1) -> None:
        self.status, self._count = "QUEUED", count

    def steps(self) -> Generator[float, None, None]:
        with suppress(Cancelled):
            for _ in range(self._count):
                yield 1.0


def transfer(count: int = 1) -> Transfer:
    return cast("Transfer", Steps(count))


@pytest.fixture
def engine(aws: Sandbox) -> Iterator[Engine]:
    engine = Engine()
    CLOCK.take_over()
    yield engine
    engine.close()


def in_a_thread(work: Callable[[], Any]) -> Future[Any]:
    done: Future[Any] = Future()
    threading.Thread(target=lambda: done.set_result(work()), daemon=True).start()
    return done


def test_an_end_is_told_while_others_may_start_and_cancel(engine: Engine) -> None:
    other = transfer(100)
    engine.start(other, done=lambda: None)
    answers: list[bool] = []

    def done() -> None:
        # A backend takes its lock here, which another caller may hold who waits for the engine.
        answers.append(in_a_thread(lambda: engine.cancel(other)).result(5))

    engine.start(transfer(), done)
    in_a_thread(lambda: engine.advance(5)).result(10)
    assert answers == [True]


def test_settling_turns_the_clock_until_the_last_end_and_no_further(engine: Engine) -> None:
    ended: list[str] = []
    engine.start(transfer(3), done=lambda: ended.append("short"))
    engine.start(transfer(7), done=lambda: ended.append("long"))
    began = CLOCK.seconds()
    engine.settle(100)
    assert ended == ["short", "long"]
    assert CLOCK.seconds() - began == 7


def test_settling_what_does_not_end_in_time_is_an_error(engine: Engine) -> None:
    engine.start(transfer(10), done=lambda: None)
    with pytest.raises(TimeoutError, match="1 transfer"):
        engine.settle(5)


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


def test_no_thread_of_a_sandbox_outlives_it(aws: Sandbox) -> None:
    before = set(threading.enumerate())
    with Sandbox() as another:
        kept_alive = urlopen(f"{another.endpoint}/_sandbox/state", timeout=10)  # noqa: S310
        ENGINE.start(transfer(10), done=lambda: None)
        assert {"sandbox", "datasync"} <= {thread.name for thread in threading.enumerate()}
    kept_alive.close()
    assert set(threading.enumerate()) - before == set()
    assert "datasync" not in {thread.name for thread in threading.enumerate()}


def test_after_a_reset_it_is_the_machines_time_again(lab: Sandbox) -> None:
    lab.turn(5_000)
    lab.reset()
    assert abs((CLOCK.now() - datetime.now(UTC)).total_seconds()) < 60
