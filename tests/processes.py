"""A sandbox and servers in processes of their own, for what is measured or killed by hand."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.authority import ONE_AUTHORITY
from tests.world import KEY, ORG, ROLE

START_SECONDS = 120.0


class SandboxProcess:
    """``with SandboxProcess(tasks=1000) as aws``; the arguments are those of its pace."""

    def __init__(self, **pace: float) -> None:
        self._pace = pace
        self._process: subprocess.Popen[str] | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.processes", json.dumps(self._pace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.environment = json.loads(self._process.stdout.readline())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=10)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A call to the sandbox's own surface."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.environment['AWS_ENDPOINT_URL']}/_sandbox/{path}"
        with urlopen(Request(url, data, method=method), timeout=60) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def furnish(self, account: str) -> None:
        """A management role and two buckets."""
        self.control("POST", "roles", {"account": account, "name": ROLE, "external_id": "x-1"})
        for name in ("from", "to"):
            self.control("POST", "buckets", {"account": account, "name": f"{name}-{account}"})


class ServerProcess:
    """A server that can be started again on its port. ``changes`` are settings by their names."""

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        module: str = "graph",
        code: Path | None = None,
        python: str = sys.executable,
        **changes: object,
    ) -> None:
        """``module``: what is run in place of the server, with the same command line.

        ``code``: the folder of another version's packages; None for this one's. ``python``: the
        interpreter, of another environment perhaps.
        """
        self._module, self._python = module, python
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        given = {
            "LISTEN": f"127.0.0.1:{self.port}",
            "ORG": ORG,
            "TOKEN": KEY,
            "ROLE": ROLE,
            "EXTERNAL_ID": "x-1",
            "LOG_LEVEL": "warning",
            **changes,
        }
        self.url = f"http://127.0.0.1:{self.port}"
        self._log, self._code = log, code
        self._environment = os.environ | ONE_AUTHORITY | dict(environment)
        self._environment |= {f"DATASYNC_API_{name}": str(value) for name, value in given.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        with self._log.open("ab") as log:
            command = [self._python, "-m", self._module, "serve"]
            self._process = subprocess.Popen(  # noqa: S603
                command, env=self._environment, stderr=log, cwd=self._code
            )
        try:
            self._await_start(self._process, START_SECONDS if wait else 0.0)
        except BaseException:
            self.kill()
            raise

    def _await_start(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        until = time.monotonic() + seconds
        while seconds and not self.answers():
            assert process.poll() is None, f"the server did not start: see {self._log}"
            assert time.monotonic() < until, "the server did not start in time"
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9; also one that stands still."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def stop(self) -> None:
        """SIGTERM, and kill -9 where that does not help."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all of its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mebibytes(pid: int, what: str = "VmHWM") -> float:
    """The most memory that a process ever had resident, or VmRSS: has now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(what)


def main() -> None:
    """The sandbox; until its standard input is closed, which the end of its starter does."""
    from graph.sandbox import Pace, Sandbox  # noqa: PLC0415 - moto is loaded here alone

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Sandbox(pace=Pace(**json.loads(sys.argv[1]))) as aws:
        print(json.dumps(aws.environment), flush=True)  # noqa: T201 - for who started it
        sys.stdin.read()


if __name__ == "__main__":
    main()
