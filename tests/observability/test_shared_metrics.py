"""Several workers share one set of counters, which outlive each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph.observability import shared_metrics
from graph.observability.shared_metrics import VARIABLE, shared_directory

COUNT: Final = """
from graph.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS, WATCHES
for _ in range({times}):
    HTTP_REQUESTS.labels("GET", "/x", 200).inc()
    HTTP_SECONDS.labels("GET", "/x").observe(1)
WATCHES.inc(3)
print("counted", flush=True)
"""
STAY: Final = "import sys; sys.stdin.read()"


@pytest.fixture
def directory() -> Iterator[Path]:
    with shared_directory():
        yield Path(os.environ[VARIABLE])


class Worker:
    """A process that counts, and lives until it is told to end or is killed."""

    def __init__(self, times: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", COUNT.format(times=times) + STAY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"counted\n"

    def end(self) -> None:
        self._process.communicate(timeout=20)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=20)


def scraped() -> dict[str, float]:
    """As another worker would answer."""
    code = (
        "import sys; from graph.observability import metrics, shared_metrics;"
        "sys.stdout.buffer.write(shared_metrics.render())"
    )
    text = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    ).stdout
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("route", "/x") == "/x" and "le" not in sample.labels
    }


def test_one_scrape_has_the_sums_of_all_workers(directory: Path) -> None:
    workers = [Worker(2), Worker(5)]
    found = scraped()
    assert found["datasync_api_http_requests_total"] == 7
    assert found["datasync_api_http_request_seconds_count"] == 7
    assert found["datasync_api_http_request_seconds_sum"] == 7
    assert found["datasync_api_watches"] == 6
    for worker in workers:
        worker.end()


@pytest.mark.parametrize("how", ["end", "kill"])
def test_counters_never_go_down_and_gauges_are_those_of_the_living(
    directory: Path, how: str
) -> None:
    for replaced in range(1, 5):
        worker = Worker(10)
        found = scraped()
        assert found["datasync_api_http_requests_total"] == 10 * replaced
        assert found["datasync_api_watches"] == 3
        getattr(worker, how)()
        found = scraped()
        assert found["datasync_api_http_requests_total"] == 10 * replaced
        assert found.get("datasync_api_watches", 0) == 0
    assert len(list(directory.glob("counter_*.db"))) <= 2, "a replacement takes over the files"


def test_the_directory_is_private_and_ends_with_its_server(tmp_path: Path) -> None:
    with shared_directory():
        directory = Path(os.environ[VARIABLE])
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "counter_0.db").touch()
    assert not directory.exists()
    assert VARIABLE not in os.environ


def test_a_process_of_its_own_keeps_its_counters_in_memory() -> None:
    assert VARIABLE not in os.environ
    code = "from graph.observability import metrics; from prometheus_client import values;"
    code += "print(values.ValueClass.__name__)"
    printed = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    ).stdout
    assert printed == "MutexValue\n"


async def test_what_is_served_without_workers_is_this_processs_own() -> None:
    assert b"datasync_api_watches" in await shared_metrics.exposition()
