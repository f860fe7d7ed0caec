"""The real server in a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from graph.sandbox import Sandbox
from tests.authority import ONE_AUTHORITY
from tests.stores import migrated_file
from tests.world import HEADERS, KEY, ORG, ROLE

_STARTING: Final = 120
"""Seconds: on a machine that others load as well."""


class Server:
    """``async with Server(aws, folder) as server``; gone at the end, by whatever means."""

    def __init__(  # noqa: PLR0913
        self,
        aws: Sandbox,
        folder: Path,
        store_url: str | None = None,
        *,
        arguments: Sequence[str] = (),
        log: Path | None = None,
        open_files: int | None = None,
        code: Path | None = None,
        **changes: str,
    ) -> None:
        """``changes`` are settings by their names; an empty one is left out.

        ``open_files`` is the limit of its file descriptors. ``code`` is the folder of another
        version's packages; None for this one's.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.store_url = store_url or migrated_file(folder / "db.sqlite")
        given = {
            "LISTEN": f"127.0.0.1:{self.port}",
            "ORG": ORG,
            "TOKEN": KEY,
            "ROLE": ROLE,
            "EXTERNAL_ID": "x-1",
            "STORE_URL": self.store_url,
            "POLL_SECONDS": "0.1",
            "RETRY_SECONDS": "0.05",
            "SETTLE_SECONDS": "0.3",
            "LEASE_SECONDS": "4",
            # No call that stands at its gate is given up: it would take effect later.
            "CALL_SECONDS": "100",
            "DRAIN_SECONDS": "1",
            "LOG_LEVEL": "warning",
        }
        self._environment = os.environ | aws.environment | ONE_AUTHORITY
        given = {name: value for name, value in (given | changes).items() if value}
        self._environment |= {f"DATASYNC_API_{name}": value for name, value in given.items()}
        self._command = [sys.executable, "-m", "graph", "serve", *arguments]
        if open_files is not None:
            limited = f'ulimit -n {open_files}; exec "$@"'
            self._command = ["sh", "-c", limited, "sh", *self._command]
        self._code = code
        self._log = log or Path(os.devnull)
        self._logged = log is not None
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            # A session of its own: whoever kills it kills its workers too.
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603
                self._command,
                env=self._environment,
                cwd=self._code,
                stderr=log if self._logged else None,
                start_new_session=True,
            )
        try:
            await self._answers(self._process)
        except BaseException:
            self.kill()
            raise
        return self

    async def _answers(self, process: subprocess.Popen[bytes]) -> None:
        async with asyncio.timeout(_STARTING), self.client() as http:
            while process.poll() is None:
                try:
                    await http.get(f"{self.url}/healthz")
                except httpx.TransportError:
                    await asyncio.to_thread(_give_way, process)
                else:
                    break
        assert process.poll() is None, "the server did not start"

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def terminate(self) -> int:
        """Sends SIGTERM. Returns the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Returns the status that it ends with."""
        assert self._process is not None
        return self._process.wait(30)

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=HEADERS, timeout=40, verify=False)  # noqa: S501 - there is no TLS


def _give_way(process: subprocess.Popen[bytes]) -> None:
    """Waits a moment for a process that is starting: its end would be news too."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return
