"""The sandbox as a deployment: an embedded AWS with sample data, and a server process using it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bcrypt
import httpx

from graph.sandbox.clock import CLOCK
from graph.sandbox.pace import Pace
from graph.sandbox.sample_data import EXTERNAL_ID, LAB, ORG, ROLE, SHOP, seed
from graph.sandbox.sandbox import REGION, Sandbox
from graph.sandbox.signals import Termination

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_PACE: Final = Pace(
    bandwidth=3e6,
    launch=0.5,
    phase=0.3,
    per_object=0.001,
    propagation=2.0,
    tagging_lag=3.0,
    ghosts=30.0,
)
ABROAD: Final = "eu-west-1"
"""The second region of its server, in which there are no movers at first."""
_PREFIX: Final = "DATASYNC_API_"
_NOT_INHERITED: Final = ("AWS_", "API_CONFIG", f"{_PREFIX}CONFIG", f"{_PREFIX}REGION")
"""Variables that are not passed on: they could direct the server to the real AWS."""
_DEFAULTS: Final = {
    "IDE": "true",
    "LOG_LEVEL": "error",
    "POLL_SECONDS": "0.25",
    "RETRY_SECONDS": "0.5",
    "DRAIN_SECONDS": "2",
}
"""Settings of the sandbox's server, unless the environment has them."""


class DeploymentError(Exception):
    """The sandbox could not be started, or its server ended; the message says why."""


@dataclass(frozen=True)
class Ports:
    """The ports to listen on; 0 means any free one."""

    api: int = 0
    aws: int = 0


@dataclass(frozen=True)
class Deployment:
    """A running sandbox: its AWS, the URL of its server, and a token for it."""

    aws: Sandbox
    url: str
    token: str


@contextmanager
def deploy(termination: Termination, ports: Ports) -> Iterator[Deployment]:
    """Runs a sandbox, and removes all of it at the end. Raises DeploymentError."""
    key = secrets.token_urlsafe(24)
    token = bcrypt.hashpw(key.encode(), bcrypt.gensalt(6)).decode()
    port, aws_port = _free(ports.api), _free(ports.aws)
    stack = ExitStack()
    try:
        with termination.deferred():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="datasync-api-"))
            aws = stack.enter_context(Sandbox(aws_port, _PACE))
            with CLOCK.earlier(_PACE.tagging_lag):  # the server's first list has all of it
                seed(aws)
            process = _start(aws, Path(folder), port, key)
            stack.callback(_stop, process)
        asyncio.run(_ready(process, port))
        yield Deployment(aws, f"http://127.0.0.1:{port}", token)
    finally:
        with termination.deferred():
            stack.close()


def _start(aws: Sandbox, folder: Path, port: int, key: str) -> subprocess.Popen[bytes]:
    settings = {
        "LISTEN": f"127.0.0.1:{port}",
        "ORG": ORG,
        "TOKEN": key,
        "ROLE": ROLE,
        "EXTERNAL_ID": EXTERNAL_ID,
        "ACCOUNTS": f"{LAB},{SHOP}",
        "REGIONS": f"{REGION},{ABROAD}",
        "STORE_URL": f"sqlite:///{folder}/store.sqlite",
    }
    environment = {f"{_PREFIX}{name}": value for name, value in _DEFAULTS.items()}
    environment |= {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
    environment |= {f"{_PREFIX}{name}": value for name, value in settings.items()}
    environment |= aws.environment
    environment |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    command = [sys.executable, "-m", "graph", "serve"]
    # In a session of its own: Ctrl-C reaches only this process, which then stops the server.
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Waits until the server answers. Raises DeploymentError if it ends before."""
    async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while process.poll() is None:
            try:
                await http.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise DeploymentError(f"the server exited with status {process.returncode}")


def _free(port: int) -> int:
    """The port if it is free, or any free one for 0. Raises DeploymentError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DeploymentError(
                f"cannot listen on port {port} of 127.0.0.1: {error.strerror}"
            ) from None
        return int(probe.getsockname()[1])
