"""What a chaos run uses: a sandbox, servers on one store, and what clients were told."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from graph.store import Store
from tests.processes import SandboxProcess, ServerProcess
from tests.world import LAB

LEASE = 2.0
AGE = 10.0
"""Seconds after which leftovers are swept: longer than a server stands still."""
PACE = {
    "propagation": 0.5,
    "tagging_lag": 1.0,
    "ghosts": 30.0,
    "creating": 0.3,
    "tasks": 1_000_000,
}
MISSING = "arn:aws:s3:::is-not-there"


@dataclass
class Field:
    aws: SandboxProcess
    servers: list[ServerProcess]
    store: Store
    dice: random.Random
    accepted: set[str] = field(default_factory=set)
    """Ids of operations that some server has answered with."""
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def server(
    aws: SandboxProcess, url: str, folder: Path, number: int, drain: float = 2
) -> ServerProcess:
    return ServerProcess(
        aws.environment,
        folder / f"server-{number}.log",
        STORE_URL=url,
        LEASE_SECONDS=LEASE,
        RETRY_SECONDS=0.1,
        POLL_SECONDS=0.2,
        DRAIN_SECONDS=drain,
        SWEEP_SECONDS=1,
        ORPHAN_MINUTES=AGE / 60,
        OPERATION_MINUTES=1_000,
        ACCOUNTS=LAB,
    )
