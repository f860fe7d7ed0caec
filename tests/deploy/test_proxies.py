"""The examples of reverse proxies: what the load test changes in them, and what they must have."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.chaos.proxies import KINDS, Place, Proxy, configuration
from tests.required import miss

POOL = ("127.0.0.1:1801", "127.0.0.1:1802")


def written(kind: str, folder: Path) -> str:
    return configuration(kind, Place(1880, 1881, 7, folder), POOL)


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_complete_but_for_addresses(kind: str, tmp_path: Path) -> None:
    text = written(kind, tmp_path)
    for changed in (*POOL, "127.0.0.1:1880", "/_pool", "7"):
        assert changed in text
    assert "10.0.0." not in text
    assert "example.org {" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_accepts_the_example(kind: str, tmp_path: Path) -> None:
    program = Proxy.program(kind)
    if program is None:
        miss(f"needs {kind}")
    file = tmp_path / "config"
    file.write_text(written(kind, tmp_path))
    check = ["-t", "-c"] if kind == "nginx" else ["validate", "--adapter", "caddyfile", "--config"]
    done = subprocess.run(  # noqa: S603
        [program, *check, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_nginx_keeps_the_host_with_its_port_and_lets_streams_through(tmp_path: Path) -> None:
    lines = {line.strip() for line in written("nginx", tmp_path).splitlines()}
    assert lines >= {
        "proxy_set_header Host $http_host;",
        "proxy_set_header Connection $connection_upgrade;",
        'proxy_set_header X-Forwarded-User "";',
        "proxy_buffering off;",
        "proxy_next_upstream error timeout;",
    }


def test_caddy_asks_whether_a_server_is_ready_and_lets_streams_through(tmp_path: Path) -> None:
    lines = {line.strip() for line in written("caddy", tmp_path).splitlines()}
    assert lines >= {"health_uri /readyz", "header_up -X-Forwarded-User"}
    assert "flush_interval -1" not in lines  # a reload would cancel requests in progress


def test_no_log_of_caddy_has_headers_or_queries(tmp_path: Path) -> None:
    text = written("caddy", tmp_path)
    default = text.partition("log default {")[2].partition("http://")[0]
    assert "request>headers delete" in default
    assert "request>uri regexp" in default
