"""A start that cannot succeed: one sentence that names the setting, and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.cli import main
from graph.server.start import _bound
from tests.stores import POSTGRES


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    given = {"ORG": "acme", "TOKEN": "k1", "ROLE": "r", "LISTEN": "127.0.0.1:0"}
    given |= {"STORE_URL": "sqlite:///db.sqlite", "LOG_LEVEL": "error"}
    for name, value in given.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    return monkeypatch


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["serve", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error.removeprefix("datasync-api: ")


def test_an_answer_on_a_kept_connection_waits_for_no_acknowledgement() -> None:
    """asyncio turns Nagle's algorithm off for sockets that say that they are TCP."""
    for bound in _bound("127.0.0.1", 0):
        with bound:
            assert bound.proto == socket.IPPROTO_TCP


def test_traces_without_the_extra_that_sends_them(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATASYNC_API_TRACING", "true")
    environment.setitem(sys.modules, "graph.observability.otel", None)  # cannot be imported
    assert refused(capsys, "--workers", "2").startswith(
        "DATASYNC_API_TRACING is wrong: it needs the extra 'otel', "
    )


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("region", ["mars-1", "", "us east!"])
def test_a_region_that_is_none(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], region: str, workers: str
) -> None:
    environment.setenv("DATASYNC_API_REGION", region)
    assert refused(capsys, "--workers", workers) == (
        f"DATASYNC_API_REGION is wrong: '{region}' is not an AWS region such as us-east-1\n"
    )


@pytest.mark.parametrize(
    ("regions", "why"),
    [
        ("us-east-1,mars-1", "'mars-1' is not an AWS region such as us-east-1"),
        (
            "eu-west-1, cn-north-1",
            "its regions are not of one partition: eu-west-1 in aws, cn-north-1 in aws-cn",
        ),
    ],
)
def test_regions_that_cannot_be_served_together(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], regions: str, why: str
) -> None:
    environment.setenv("DATASYNC_API_REGIONS", regions)
    assert refused(capsys) == f"DATASYNC_API_REGIONS is wrong: {why}\n"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////proc/x/y", "No such file or directory"),
        ("sqlite:////proc", "Is a directory"),
        ("sqlite:///text", "file is not a database"),
        ("postgresql://me:sekret@127.0.0.1:1/x", "port 1 failed: Connection refused"),
        ("postgresql://me:sekret@127.0.0.1:one/x", "cannot be understood as a URL"),
        ("postgresql://me:sekret@127.0.0.1:1/x?sslmode=sekret", "invalid sslmode"),
    ],
)
def test_a_store_that_cannot_be_opened(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, why: str
) -> None:
    Path("text").write_text("this is not a database, but it is long enough to be looked at\n" * 20)
    environment.setenv("DATASYNC_API_STORE_URL", url)
    sentence = refused(capsys)
    assert sentence.startswith("DATASYNC_API_STORE_URL is wrong: ")
    assert why in sentence
    assert "sekret" not in sentence


@pytest.mark.postgres
def test_a_database_that_is_not_there(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{POSTGRES.rpartition('/')[0]}/nowhere"
    environment.setenv("DATASYNC_API_STORE_URL", url)
    sentence = refused(capsys)
    assert sentence.startswith("DATASYNC_API_STORE_URL is wrong: ")
    if "Connection refused" in sentence and not os.environ.get("DATASYNC_API_REQUIRE_SERVICES"):
        pytest.skip(f"no PostgreSQL at {POSTGRES}")
    assert 'database "nowhere" does not exist' in sentence


def test_an_address_that_is_in_use_or_not_ours(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    environment.setenv("DATASYNC_API_LISTEN", taken)
    assert refused(capsys) == (
        f"DATASYNC_API_LISTEN is wrong: cannot listen on {taken}: Address already in use\n"
    )
    environment.setenv("DATASYNC_API_LISTEN", "203.0.113.1:80")
    assert "203.0.113.1:80: Cannot assign requested address" in refused(capsys)
    environment.setenv("DATASYNC_API_LISTEN", "a..b:80")  # no name, so that none is asked for it
    assert refused(capsys).startswith("DATASYNC_API_LISTEN is wrong: cannot listen on a..b:80: ")


def test_the_original_configurations_entry_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"account": {"region": "mars-1"}}')
    environment.setenv("DATASYNC_API_CONFIG", str(file))
    assert refused(capsys).startswith(f"account.region in {file} is wrong: 'mars-1' is not an AWS")


def test_a_profile_of_the_sdk_that_is_not_there(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("AWS_PROFILE", "nobody")
    assert "configuration is wrong: The config profile (nobody) could" in refused(capsys)


LATER = """
import socket, sys, uvicorn
from graph.server.start import _run
with socket.create_server(("127.0.0.1", 0)) as taken:
    config = uvicorn.Config("tests.nowhere:app", workers=int(sys.argv[1]), lifespan="on")
    sys.exit(_run(config, [taken]))
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_workers_that_cannot_start_end_with_a_status_too(workers: str) -> None:
    command = [sys.executable, "-c", LATER, workers]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=50)  # noqa: S603
    assert ended.returncode == 3, ended.stderr


def test_without_a_host_the_server_listens_on_ipv4_and_ipv6() -> None:
    with ExitStack() as stack:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        sockets = [stack.enter_context(each) for each in _bound("", port)]
        for each in sockets:
            each.listen()
        families = {each.family for each in sockets}
        assert socket.AF_INET in families
        hosts = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
        for family in families:
            with socket.create_connection((hosts[family], port), timeout=5) as made:
                assert made.getpeername()[1] == port
