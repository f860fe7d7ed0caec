"""nginx and Caddy in front of servers: started, told which servers are in the pool, and ended."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.processes import ServerProcess

KINDS: Final = ("nginx", "caddy")
ROOT: Final = Path(__file__).parents[2]
_FILES: Final = {"nginx": "deploy/nginx/datasync-api.conf", "caddy": "deploy/caddy/Caddyfile"}
"""The examples for operators; ``configuration`` changes addresses and files only."""
_NGINX: Final = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {site}
}}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a proxy of a test listens, and what it has to say about itself."""

    port: int
    admin: int
    version: int
    folder: Path


def configuration(kind: str, place: Place, pool: Sequence[str]) -> str:
    """The example of a proxy for servers at the addresses in ``pool``."""
    site = (ROOT / _FILES[kind]).read_text(encoding="utf-8")
    if kind == "nginx":
        site = _nginx_site(site, place, pool)
        return _NGINX.format(folder=place.folder, site=site)
    return _caddy_site(site, place, pool)


def _nginx_site(site: str, place: Place, pool: Sequence[str]) -> str:
    changes = (
        (r"(  server [0-9.:]+ max_fails[^\n]+\n)+", "".join(f"  server {at};\n" for at in pool)),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{place.port};"),
        (r"  ssl_certificate [^\n]+\n  ssl_certificate_key [^\n]+\n", ""),
        (r"/var/log/nginx/datasync-api.log", f"{place.folder}/access.log"),
        (
            r"  location / \{",
            f'  location = /_pool {{ return 200 "{place.version}"; }}\n  location / {{',
        ),
    )
    return _changed(site, changes)


def _caddy_site(site: str, place: Place, pool: Sequence[str]) -> str:
    changes = (
        (r"(?m)^\{$", f"{{\n\tadmin 127.0.0.1:{place.admin}\n\tauto_https off"),
        (
            r"api\.example\.org \{",
            f'http://127.0.0.1:{place.port} {{\n\trespond /_pool "{place.version}"',
        ),
        (r"10\.0\.0\.11:8080 10\.0\.0\.12:8080", " ".join(pool)),
    )
    return _changed(site, changes)


def _changed(site: str, changes: Sequence[tuple[str, str]]) -> str:
    """Raises ValueError if the example no longer has what is to be changed, once."""
    for pattern, text in changes:
        site, times = re.subn(pattern, text.replace("\\", "\\\\"), site)
        if times != 1:
            raise ValueError(f"the example has {pattern} {times} times")
    return site


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_START_SECONDS = 30.0


class Proxy:
    """``with Proxy("nginx", servers) as proxy``. Both are found on PATH or in /usr/sbin."""

    def __init__(self, kind: str, servers: Sequence[ServerProcess]) -> None:
        self._kind, self._servers = kind, servers
        self.port, self._admin, self._version = _free_port(), _free_port(), 0
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = Path(self._temporary.name)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    @staticmethod
    def program(kind: str) -> str | None:
        return shutil.which(kind, path=f"{os.environ['PATH']}:/usr/sbin")

    def __enter__(self) -> Self:
        self._write(self._servers)
        home = {"HOME": str(self._folder)}  # Caddy keeps its configuration there
        self._process = subprocess.Popen(  # noqa: S603
            self._command("run"), stderr=subprocess.DEVNULL, env=os.environ | home
        )
        self._wait_until_it_listens(self._process)
        return self

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert process.poll() is None, f"{self._kind} has ended"
                assert time.monotonic() < deadline, f"{self._kind} does not listen"
                time.sleep(0.05)
            else:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
        self._temporary.cleanup()

    def reload(self, servers: Sequence[ServerProcess]) -> str:
        """Changes the pool; returns what ``/_pool`` answers once the change is in force."""
        self._write(servers)
        command = self._command("reload")
        subprocess.run(command, check=True, timeout=20, stderr=subprocess.DEVNULL)  # noqa: S603
        return f"{self._version}"

    def _write(self, servers: Sequence[ServerProcess]) -> None:
        self._version += 1
        places = [f"127.0.0.1:{server.port}" for server in servers]
        place = Place(self.port, self._admin, self._version, self._folder)
        text = configuration(self._kind, place, places)
        (self._folder / "config").write_text(text)

    def _command(self, what: str) -> list[str]:
        program, config = self.program(self._kind), f"{self._folder / 'config'}"
        assert program is not None, f"{self._kind} is not installed"
        if self._kind == "nginx":
            return [program, "-c", config, *(["-s", "reload"] if what == "reload" else [])]
        more = ["--address", f"127.0.0.1:{self._admin}"] if what == "reload" else []
        return [program, what, "--config", config, "--adapter", "caddyfile", *more]
