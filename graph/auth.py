"""Turns a token, which is a bcrypt hash of the configured key, into a caller."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import bcrypt

from graph.model.caller import Caller
from graph.model.errors import Throttled, Unauthenticated

_HASH: Final = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_THREADS: Final = 2
_WAITING: Final = 200
_REMEMBERED: Final = 10_000
_SECONDS: Final = 300.0
HEADER: Final = "X-Auth-Token"


class Authenticator:
    """Verifies off the event loop, a bounded number at a time; remembers what was right."""

    def __init__(self, key: str, *, max_cost: int = 12, name: str = "default") -> None:
        self._key, self._max_cost, self._caller = key.encode(), max_cost, Caller(name)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bcrypt")
        self._salt = secrets.token_bytes(16)
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._under_way: dict[bytes, asyncio.Task[bool]] = {}

    async def authenticate(self, token: str | None) -> Caller:
        """Raises Unauthenticated for any wrong token, and Throttled where too many wait."""
        match = _HASH.fullmatch(token or "")
        if match is None or token is None or not 4 <= int(match[1]) <= self._max_cost:  # noqa: PLR2004
            raise Unauthenticated("a valid token is needed")
        digest = hmac.digest(self._salt, token.encode(), hashlib.sha256)
        if not self._remembers(digest) and not await self._verified(digest, token):
            raise Unauthenticated("a valid token is needed")
        return self._caller

    async def aclose(self) -> None:
        for task in self._under_way.values():
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _remembers(self, digest: bytes) -> bool:
        until = self._right.get(digest)
        return until is not None and time.monotonic() < until

    async def _verified(self, digest: bytes, token: str) -> bool:
        task = self._under_way.get(digest)
        if task is None:
            if len(self._under_way) >= _WAITING:
                raise Throttled("too many new tokens at once; try again in a few seconds")
            # Owned by this object; those who bring the same token share it.
            task = asyncio.create_task(self._verify(digest, token))
            self._under_way[digest] = task
            task.add_done_callback(lambda _: self._under_way.pop(digest, None))
        return await asyncio.shield(task)

    async def _verify(self, digest: bytes, token: str) -> bool:
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._threads, _check, self._key, token.encode())
        if right:
            self._right[digest] = time.monotonic() + _SECONDS
            if len(self._right) > _REMEMBERED:
                self._right.popitem(last=False)
        return right


def token_for(key: str, cost: int = 10) -> str:
    """A fresh token for a key."""
    return bcrypt.hashpw(key.encode(), bcrypt.gensalt(cost)).decode()


def _check(key: bytes, token: bytes) -> bool:
    try:
        return bcrypt.checkpw(key, token)
    except ValueError:
        return False
