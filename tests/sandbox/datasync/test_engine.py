"""The engine that steps transfers: its locks, its thread, and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from graph.sandbox import Sandbox
from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.engine import Engine
from tests.sandbox.lab import transfer


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
