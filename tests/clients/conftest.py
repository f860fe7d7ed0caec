"""A server in a process of its own, on the sandbox of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.conftest import EAGER
from tests.processes import ServerProcess
from tests.world import LAB, TOKEN, furnish

_SLOW = 20_000.0
"""Bytes per second: a run lasts until it is cancelled."""
_CONTENT = bytes(4_000_000)


@dataclass(frozen=True)
class Served:
    """A running server, and what a client program may ask for."""

    process: ServerProcess
    aws: Sandbox

    @property
    def environment(self) -> Mapping[str, str]:
        return {"URL": self.process.url, "TOKEN": TOKEN}

    @property
    def actions(self) -> Mapping[str, Callable[[], object]]:
        return {"slow": self.slow, "fast": self.fast, "restart": self.restart}

    def slow(self) -> None:
        """Adds objects, so that the next run has something to transfer slowly."""
        self.aws.put(LAB, f"from-{LAB}", "large.raw", _CONTENT)
        self.aws.set_pace(bandwidth=_SLOW)

    def fast(self) -> None:
        self.aws.set_pace(**vars(EAGER))

    def restart(self) -> None:
        self.process.stop()
        self.process.start()


@pytest.fixture(scope="module")
def process(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    started = ServerProcess(
        served.environment,
        folder / "log",
        STORE_URL=f"sqlite:///{folder}/db.sqlite",
        POLL_SECONDS=0.1,
        RETRY_SECONDS=0.05,
        DRAIN_SECONDS=2,
    )
    started.start()
    yield started
    started.stop()


@pytest.fixture
def server(process: ServerProcess, aws: Sandbox, tmp_path: Path) -> Served:
    """The server of the module, with an account that has two buckets."""
    furnish(aws, LAB, photo=b"small")
    aws.set_pace(**vars(EAGER))
    return Served(process, aws)
