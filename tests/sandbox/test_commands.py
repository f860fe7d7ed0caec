"""``datasync-api demo`` and ``sandbox``, as real processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from graphql import parse, validate

from graph.app import graphql_schema
from graph.sandbox import demo, hints, sample_data
from graph.sandbox.signals import Termination

PROMISES = (
    "Source and destination have the same 300 objects.",
    "0 transferred, 307 files and folders skipped.",
    "Outcome: CANCELLED",
    "No task, location or role is left behind.",
    "Try it yourself",
)
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}
pytestmark = pytest.mark.timeout(120)


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The command with settings from the environment; its files are below ``folder``."""
    command = [sys.executable, "-m", "graph", *arguments]
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ
        | {"TMPDIR": str(folder), "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
        | {f"DATASYNC_API_{name}": value for name, value in settings.items()},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_sigterm_ends_it_also_where_a_shell_lets_it_ignore_ctrl_c() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Termination() as termination, pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert termination.status == 143
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.timeout(20)
def test_a_signal_that_another_thread_receives_ends_the_serving_too() -> None:
    server = Path(f"/proc/self/task/{threading.get_native_id()}/stat")

    def receive() -> None:
        while server.read_text().rpartition(")")[2].split()[0] != "S":
            pass  # until the one that serves waits
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    with Termination():
        receiver = threading.Thread(target=receive)
        receiver.start()
        demo._until_interrupted()
        receiver.join()


def until(process: subprocess.Popen[str], line: str) -> str:
    """What it prints up to that line."""
    assert process.stdout is not None
    printed = ""
    for text in process.stdout:
        printed += text
        if line in text:
            return printed
    pytest.fail(f"it ended before {line!r}: {printed}")


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in listed]


def nothing_is_left(folder: Path, processes: list[int]) -> None:
    assert list(folder.iterdir()) == []
    assert processes
    for child in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_the_demo_plays_to_its_end_and_keeps_its_promises(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--exit") as process:
        printed, _ = process.communicate(timeout=110)
    assert process.returncode == 0, printed
    assert [promise for promise in PROMISES if promise not in printed] == []
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), SIGNALS.items())
def test_a_signal_in_mid_act_ends_the_demo_and_leaves_nothing(
    tmp_path: Path, number: int, status: int
) -> None:
    with running(tmp_path, "demo") as process:
        until(process, "Start a run and follow it live")
        server = children(process)
        process.send_signal(number)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == status, printed
    assert "Traceback" not in printed
    nothing_is_left(tmp_path, server)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_sandbox_serves_what_it_prints_until_a_signal(tmp_path: Path, number: int) -> None:
    with socket.socket() as one, socket.socket() as other:
        ports = []
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
            ports.append(str(probe.getsockname()[1]))
    arguments = ("sandbox", "--port", ports[0], "--aws-port", ports[1])
    own = {"STORE_URL": "sqlite:////nowhere/x", "LISTEN": "127.0.0.1:1", "ACCOUNTS": "1" * 12}
    origins = {"CORS_ORIGINS": "http://portal.example", "BODY_BYTES": "2000"}
    with running(tmp_path, *arguments, **own, **origins) as process:
        printed = until(process, "Press Ctrl-C to stop")
        server = children(process)
        aws, api = f"http://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[0]}"
        assert f"export AWS_ENDPOINT_URL={aws}\n" in printed
        token = re.search(r"^Token +(\S+)$", printed, re.MULTILINE)
        assert token
        with httpx.Client(headers={"X-Auth-Token": token[1]}, timeout=30) as http:
            documents = [hints.QUERY, hints.MUTATION]
            answers = [http.post(f"{api}/graphql", json={"query": text}) for text in documents]
            listed = http.get(f"{api}/v1/datasync/{sample_data.LAB}/movers/imaging").json()
            assert listed == ["archive-to-photos", "photos-to-archive"]
            assert sample_data.LAB in http.get(f"{aws}/_sandbox/state").json()
            asked = {"Origin": "http://portal.example", "Access-Control-Request-Method": "POST"}
            allowed = http.options(f"{api}/graphql", headers=asked).headers
            assert allowed["Access-Control-Allow-Origin"] == "http://portal.example"
            assert http.post(f"{api}/graphql", json={"query": "#" * 3000}).status_code == 413
        assert all("errors" not in answer.json() for answer in answers)
        assert answers[1].json()["data"]["createMover"]["errors"] == []
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    nothing_is_left(tmp_path, server)


@pytest.mark.parametrize("command", ["sandbox", "demo"])
@pytest.mark.parametrize("option", ["--port", "--aws-port"])
def test_a_port_that_is_taken_is_a_reason(tmp_path: Path, command: str, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with running(tmp_path, command, option, str(taken.getsockname()[1])) as process:
            printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Address already in use" in printed
    assert "Traceback" not in printed


def test_a_setting_that_the_server_refuses_ends_the_sandbox(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", POLL_SECONDS="often") as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "DATASYNC_API_POLL_SECONDS" in printed
    assert "Traceback" not in printed


def test_what_is_no_port_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", "--port", "70000") as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "'70000' is not a port" in printed


@pytest.mark.parametrize("document", [hints.QUERY, hints.MUTATION, hints.SUBSCRIPTION])
def test_the_documents_to_go_on_with_are_valid(document: str) -> None:
    schema = graphql_schema().core
    assert validate(schema, parse(document)) == []
