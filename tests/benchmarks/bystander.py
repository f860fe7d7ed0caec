"""A client in its own process that makes small requests, and records how long it waits."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from tests.world import HEADERS

PAUSE = 0.2
"""Seconds between two requests of one kind: the server's CPU is being measured meanwhile."""


class Bystander:
    """``with Bystander(port, {"ping": path}) as b: .. b.figures()``."""

    def __init__(self, port: int, paths: Mapping[str, str]) -> None:
        self._readers: dict[str, Connection] = {}
        self._processes = []
        for name, path in paths.items():
            reader, writer = multiprocessing.Pipe()
            self._readers[name] = reader
            process = multiprocessing.Process(target=ask, args=(port, path, writer), daemon=True)
            self._processes.append(process)

    def __enter__(self) -> Self:
        for process in self._processes:
            process.start()
        for reader in self._readers.values():
            reader.recv()  # it has begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.kill()
            process.join()

    def figures(self) -> dict[str, dict[str, float]]:
        """Milliseconds by name: p50, p99, the longest, how many."""
        found = {}
        for reader in self._readers.values():
            reader.send("enough")
        for name, reader in self._readers.items():
            taken = sorted(reader.recv())
            found[name] = {
                "p50": round(taken[len(taken) // 2], 1),
                "p99": round(taken[int(len(taken) * 0.99)], 1),
                "longest": round(taken[-1], 1),
                "count": len(taken),
            }
        return found


def ask(port: int, path: str, pipe: Connection) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    taken: list[float] = []
    while not pipe.poll():
        started = time.perf_counter()
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        taken.append(1_000 * (time.perf_counter() - started))
        if len(taken) == 1:
            pipe.send("begun")
        time.sleep(PAUSE)
    pipe.send(taken)
