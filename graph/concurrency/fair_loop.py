"""An event loop in which callers take turns, so that one with much to do delays others little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, Final, TypeVarTuple

from graph.concurrency.round_robin import Share
from graph.concurrency.time_shares import TimeShares
from graph.concurrency.work import Work, work_in

_SLICE_SECONDS: Final = 0.004
"""What callers use of one iteration together, after which sockets are read and written."""

Args = TypeVarTuple("Args")
_Call = tuple[asyncio.Handle, Callable[..., object], tuple[Any, ...], Context]


class FairLoop(asyncio.SelectorEventLoop):
    """Runs the callbacks of a caller in their order, and those of different callers in turns.

    asyncio runs all callbacks in the order in which they became ready: a task that awaits ten
    things waits ten times for whatever others have ready. Here a task that works for a caller, see
    ``begin_work``, continues when it is the caller's turn. Everything else, such as reading from
    sockets, goes on as in asyncio, between the turns.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self._clock = clock
        self._ready_calls: TimeShares[_Call] = TimeShares(clock)
        self._turns_are_due = False

    def call_soon(
        self,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio's, apart from the order."""
        work = work_in(context)
        if work is None:
            return super().call_soon(callback, *args, context=context)
        if not self._turns_are_due:
            super().call_soon(self._take_turns, context=_NOBODYS)  # raises if the loop is closed
            self._turns_are_due = True
        context = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        self._ready_calls.push(self._share_of(work), (handle, callback, args, context))
        return handle

    def close(self) -> None:
        """As asyncio's: what was ready is not called any more."""
        super().close()
        self._ready_calls.clear()

    def _share_of(self, work: Work) -> Share:
        """That of the caller whose turn comes first, if the work is done for several."""
        shares = work.shares
        if len(shares) == 1:
            return shares[0]
        return min(shares, key=lambda share: self._ready_calls.waiting(share[0]))

    def _take_turns(self) -> None:
        calls, now = self._ready_calls, self._clock()
        until = now + _SLICE_SECONDS
        try:
            while calls and now < until:
                line, (handle, callback, args, context) = calls.pop()
                if not handle.cancelled():
                    self._call(handle, callback, args, context)
                before, now = now, self._clock()
                calls.charge(line, now - before, now)
        finally:
            self._turns_are_due = bool(calls)
            if calls:
                super().call_soon(self._take_turns, context=_NOBODYS)

    def _call(
        self,
        handle: asyncio.Handle,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
    ) -> None:
        try:
            context.run(callback, *args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as asyncio: no callback ends the loop
            message = f"Exception in callback {callback!r}"
            self.call_exception_handler({"message": message, "exception": error, "handle": handle})


_NOBODYS: Final = Context()
"""In which no work was begun."""
