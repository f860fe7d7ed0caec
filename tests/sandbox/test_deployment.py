"""``datasync-api sandbox`` as a real process."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx
import pytest

from graph.sandbox import hints, sample_data
from tests.sandbox.commands import SIGNALS, children, nothing_is_left, running, until


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
