"""What a server costs that does nothing: time to start, CPU when idle, and memory; by hand.

``python -m tests.benchmarks.footprint [--store sqlite|postgres] [--starts 3] [--seconds 20]``

``--python`` is the interpreter of an environment with ``requirements.lock`` and the wheel, as in
production. By default, it is the one that runs this, with the development packages.
"""

from __future__ import annotations

import argparse
import json
import ssl
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.processes import SandboxProcess, ServerProcess, cpu_seconds, mebibytes
from tests.stores import store_url
from tests.world import LAB

SETTLING_SECONDS: Final = 5.0
"""After the start, before idling is measured."""
AUTHORITIES: Final = ssl.get_default_verify_paths().cafile or ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--python", default=sys.executable)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        store_url(given.store, Path(name), empty=True) as url,
        SandboxProcess() as aws,
    ):
        aws.furnish(LAB)
        # As in production, all authorities are read.
        environment = aws.environment | {"SSL_CERT_FILE": AUTHORITIES}
        elsewhere = Path(name)  # where no source lies that would be imported in place of the wheel
        code = None if given.python == sys.executable else elsewhere
        log = elsewhere / "log"
        server = ServerProcess(environment, log, code=code, python=given.python, STORE_URL=url)
        told = measure(server, given.starts, given.seconds)
    print(json.dumps({"store": given.store, **told}, indent=2))  # noqa: T201 - its purpose


def measure(server: ServerProcess, starts: int, seconds: float) -> dict[str, Any]:
    """The first start makes the tables; the median is that of the others."""
    first, *others = (started(server) for _ in range(1 + starts))
    server.start()
    try:
        time.sleep(SETTLING_SECONDS)
        before, began = cpu_seconds(server.pid), time.monotonic()
        time.sleep(seconds)
        busy = (cpu_seconds(server.pid) - before) / (time.monotonic() - began)
        return {
            "seconds, CPU seconds of the first start": first,
            "of a start": [round(statistics.median(each), 2) for each in zip(*others, strict=True)],
            "idle, percent of a core": round(100 * busy, 2),
            "resident, MiB": round(mebibytes(server.pid, "VmRSS")),
        }
    finally:
        server.stop()


def started(server: ServerProcess) -> tuple[float, float]:
    """Seconds until it answers, and its CPU seconds by then."""
    began = time.monotonic()
    server.start()
    try:
        return round(time.monotonic() - began, 2), round(cpu_seconds(server.pid), 2)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
