"""Bounds the bytes of request bodies that are incomplete, by caller and in total."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable
from typing import Final, Self

from graph.concurrency.round_robin import Share
from graph.concurrency.work import current_work
from graph.model.limits import SHARE_OF_A_USER

_OF_A_CALLER: Final = 32 << 20
_CALLERS: Final = 8
"""How many callers can have as much as one of them may."""


class TooManyBytes(Exception):
    """A body is not received further. The message is for its client."""

    def __init__(self, *, of_caller: bool) -> None:
        """``of_caller``: what arrives is too much of one caller, or else of all together."""
        whose = "you send" if of_caller else "clients send"
        super().__init__(f"The requests that {whose} at a time are too large. Try again later.")
        self.of_caller = of_caller


class ReceivedBytes:
    """Counts what has arrived of bodies that are incomplete.

    A client that stops in the middle of its body holds memory for as long as a request may take.
    """

    def __init__(self, most: int, most_of_a_caller: int) -> None:
        """An end user that a key names may have a share of ``most_of_a_caller``."""
        self._most, self._most_of_a_caller = most, most_of_a_caller
        self._most_of_a_user = most_of_a_caller // SHARE_OF_A_USER
        self._held = 0
        self._by_name: Counter[Share] = Counter()

    @classmethod
    def of_bodies(cls, largest: int) -> Self:
        """With limits that let every caller and every end user send at least one body."""
        of_caller = max(_OF_A_CALLER, SHARE_OF_A_USER * largest)
        return cls(_CALLERS * of_caller, of_caller)

    @property
    def held(self) -> int:
        """The bytes that are counted now."""
        return self._held

    def check(self, size: int) -> None:
        """Raises TooManyBytes if there is no room for a body that has arrived as a whole."""
        self._check(current_work().shares[0], size)

    async def collect(self, parts: AsyncIterable[bytes], limit: int) -> bytes | None:
        """The whole body; None if it has more than ``limit`` bytes. Raises TooManyBytes.

        Its bytes count for the caller that the calling task works for.
        """
        share = current_work().shares[0]
        received: list[bytes] = []
        size = 0
        try:
            async for part in parts:
                if size + len(part) > limit:
                    return None
                self._check(share, len(part))
                self._count(share, len(part))
                size += len(part)
                received.append(part)
        finally:
            self._count(share, -size)
        return b"".join(received)

    def _check(self, share: Share, size: int) -> None:
        if self._by_name[share[:1]] + size > self._most_of_a_caller or (
            _has_user(share) and self._by_name[share] + size > self._most_of_a_user
        ):
            raise TooManyBytes(of_caller=True)
        if self._held + size > self._most:
            raise TooManyBytes(of_caller=False)

    def _count(self, share: Share, size: int) -> None:
        self._held += size
        for name in (share[:1], share) if _has_user(share) else (share[:1],):
            self._by_name[name] += size
            if not self._by_name[name]:
                del self._by_name[name]


def _has_user(share: Share) -> bool:
    return len(share) > 1 and share[1] is not None
