"""What ``query`` asks for: 100 movers with five runs each, of simple types and the server's."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Final

import strawberry

from graph.model.mover import Account as AccountValue
from graph.model.mover import Mover as MoverValue
from graph.model.progress import Progress
from graph.model.run import Counters
from graph.model.run import Run as RunValue
from graph.runs.watch import Update
from graph.schema.nodes import Mover, Run
from graph.schema.subscription import RunUpdate

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
ARN: Final = "arn:aws:datasync:us-east-1:222222222222:task/task-"


@strawberry.type
class SimpleRun:
    id: strawberry.ID
    mover_id: str
    status: str
    bytes_total: float
    bytes_done: float
    files_total: int
    files_done: int
    rate_bps: float
    started_at: str
    eta_seconds: int | None


@strawberry.type
class SimpleMover:
    id: strawberry.ID
    name: str
    kind: str
    source: str
    target: str
    enabled: bool
    schedule: str | None
    created_at: str
    owner: str
    run_count: int
    runs: list[SimpleRun]


@strawberry.type
class Listed:
    mover: Mover
    runs: list[Run]


def _simple_run(mover: int, run: int) -> SimpleRun:
    return SimpleRun(
        id=strawberry.ID(f"run-{mover}-{run}"),
        mover_id=f"mover-{mover}",
        status="RUNNING",
        bytes_total=1e12 + run,
        bytes_done=5e11 + mover,
        files_total=100_000,
        files_done=5_000 * run,
        rate_bps=123_456_789.5,
        started_at="2026-11-23T19:00:00Z",
        eta_seconds=120 * run or None,
    )


def _simple_mover(mover: int) -> SimpleMover:
    return SimpleMover(
        id=strawberry.ID(f"mover-{mover}"),
        name=f"Nightly copy {mover}",
        kind="S3_TO_S3",
        source=f"s3://bucket-{mover}/a/b",
        target=f"s3://archive-{mover}/a/b",
        enabled=bool(mover % 2),
        schedule="0 3 * * *",
        created_at="2026-01-01T00:00:00Z",
        owner="ops@example.org",
        run_count=5,
        runs=[_simple_run(mover, run) for run in range(5)],
    )


def _run(mover: int, run: int, status: str = "SUCCESS") -> RunValue:
    return RunValue(
        run_arn=f"{ARN}{mover:017}/execution/exec-{run:017}",
        status=status,
        mode="BASIC",
        requested_at=NOW,
        launched_at=NOW,
        ended_at=NOW,
        counters=Counters(bytes_estimated=10**12, bytes_transferred=5 * 10**11),
        result=None,
        options={},
        described={},
    )


def _mover(mover: int) -> Mover:
    account = AccountValue("222222222222", "us-east-1")
    return Mover(
        value=MoverValue(
            account=account,
            task_arn=f"{ARN}{mover:017}",
            name=f"nightly-{mover}",
            status="AVAILABLE",
            mode="BASIC",
            tags=(),
        )
    )


SIMPLE: Final = [_simple_mover(number) for number in range(100)]
LISTED: Final = [
    Listed(mover=_mover(number), runs=[Run(value=_run(number, run)) for run in range(5)])
    for number in range(100)
]


def simple_by_hand() -> list[dict[str, object]]:
    """What is selected of the movers, in the fewest words of Python."""
    return [
        {
            "id": m.id,
            "name": m.name,
            "kind": m.kind,
            "source": m.source,
            "target": m.target,
            "enabled": m.enabled,
            "schedule": m.schedule,
            "createdAt": m.created_at,
            "owner": m.owner,
            "runCount": m.run_count,
            "runs": [
                {
                    "id": r.id,
                    "moverId": r.mover_id,
                    "status": r.status,
                    "bytesTotal": r.bytes_total,
                    "bytesDone": r.bytes_done,
                    "filesTotal": r.files_total,
                    "filesDone": r.files_done,
                    "rateBps": r.rate_bps,
                    "startedAt": r.started_at,
                    "etaSeconds": r.eta_seconds,
                }
                for r in m.runs
            ],
        }
        for m in SIMPLE
    ]


def _update(sequence: int) -> RunUpdate:
    progress = Progress(
        sequence=sequence,
        phase="TRANSFERRING",
        percent=42.5,
        totals_final=True,
        bytes_per_second=1e6,
        seconds_left=12.5,
        basis="BYTES",
        elapsed_seconds=100.0,
        observed_at=NOW,
    )
    return RunUpdate(value=Update(_run(1, 1, "TRANSFERRING"), progress))


@strawberry.type
class Query:
    @strawberry.field
    def simple(self, first: int = 100) -> list[SimpleMover]:
        return SIMPLE[:first]

    @strawberry.field
    def listed(self, first: int = 100) -> list[Listed]:
        return LISTED[:first]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def update(self, events: int) -> AsyncGenerator[RunUpdate, None]:
        update = _update(1)
        for _ in range(events):
            yield update
