"""nginx and Caddy in front of servers: started, told which servers are in the pool, and ended."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.processes import ServerProcess

KINDS: Final = ("nginx", "caddy")
_NGINX: Final = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream pool {{ {pool} }}
  server {{ listen 127.0.0.1:{port};
    location = /_pool {{ return 200 "{version}"; }}
    location / {{ proxy_pass http://pool; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""
_CADDY: Final = """
{{
  admin 127.0.0.1:{admin}
  auto_https off
}}
http://127.0.0.1:{port} {{
  respond /_pool "{version}"
  reverse_proxy {pool}
}}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        return self

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
        nginx = self._kind == "nginx"
        pool = " ".join(f"server {each};" for each in places) if nginx else " ".join(places)
        text = (_NGINX if nginx else _CADDY).format(
            folder=self._folder,
            pool=pool,
            port=self.port,
            admin=self._admin,
            version=self._version,
        )
        (self._folder / "config").write_text(text)

    def _command(self, what: str) -> list[str]:
        program, config = self.program(self._kind), f"{self._folder / 'config'}"
        assert program is not None, f"{self._kind} is not installed"
        if self._kind == "nginx":
            return [program, "-c", config, *(["-s", "reload"] if what == "reload" else [])]
        more = ["--address", f"127.0.0.1:{self._admin}"] if what == "reload" else []
        return [program, what, "--config", config, "--adapter", "caddyfile", *more]
