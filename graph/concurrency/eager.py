"""Runs a coroutine at once, without a task, as far as it goes without waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Ended(NamedTuple, Generic[T]):
    """The result of a coroutine that has not waited."""

    value: T


def attempt(work: Awaitable[T]) -> Ended[T] | Rest[T]:
    """Runs a coroutine until it waits. Returns its result, or the rest. Raises its errors.

    The rest has to be awaited by some task, or closed.
    """
    steps = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration as ended:
        return Ended(ended.value)
    return Rest(steps, waits_for)


def begin(work: Awaitable[T]) -> Rest[T] | None:
    """Runs a coroutine until it waits. Returns the rest; None if it has ended. Raises its errors.

    The rest has to be awaited by some task, or closed. The part that is run at once belongs to the
    calling task, so it must not use timeouts or cancel scopes.
    """
    steps = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return Rest(steps, waits_for)


class Rest(Awaitable[T]):
    """A coroutine that has been run up to its first wait."""

    def __init__(self, steps: Generator[Any, Any, T], waits_for: object) -> None:
        self._steps, self._waits_for = steps, waits_for

    def close(self) -> None:
        """Ends the coroutine if it has not ended, as its own ``close`` does."""
        self._steps.close()

    def __await__(self) -> Generator[Any, Any, T]:
        waits_for = self._waits_for
        try:
            while True:
                try:
                    sent = yield waits_for
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - passed on, such as a cancellation
                    waits_for = self._steps.throw(error)
                else:
                    waits_for = self._steps.send(sent)
        except StopIteration as ended:
            value: T = ended.value
            return value
        finally:
            self._steps.close()
