"""Starts ``serve``: checks what can be checked, binds the address, and starts the workers."""

from __future__ import annotations

import asyncio
import errno
import importlib
import logging
import os
import platform
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Final, cast

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from graph.aws.client.regions import partition_of
from graph.concurrency import Watchdog
from graph.config.settings import Settings, SettingsError
from graph.config.sources import LoadedSettings
from graph.model.errors import Invalid
from graph.observability.logs import Fields
from graph.observability.shared_metrics import shared_directory
from graph.observability.version import read_version
from graph.server.descriptors import affordable
from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.server.quiet_server import QuietServer
from graph.server.signals import block_hangup
from graph.server.supervisor import Supervisor
from graph.server.websocket_limits import BoundedWebSocket
from graph.store import trouble_with

log = logging.getLogger(__name__)

_SOCKET_BYTES: Final = 65_536
_KEEP_ALIVE_SECONDS: Final = 75
"""How long an idle connection is kept: longer than the usual 60 seconds of load balancers, so that
the server never closes one just when the balancer sends a request."""
_NOT_HERE: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""Errors for an address that this host does not have, of a name with several."""


def serve(found: LoadedSettings, workers: int) -> int:
    """Serves until a signal arrives. Returns the exit status; raises SettingsError before serving.

    Sets environment variables, from which the SDK of each worker reads its credentials.
    """
    block_hangup()  # each application handles the signal once it has read its keys
    os.environ.update(found.credentials)
    _check_regions(found)
    _check_tracing(found)
    with _address_of(found) as sockets:
        trouble = asyncio.run(trouble_with(found.settings.store_url))
        if trouble:
            raise found.wrong("store_url", trouble)
        _log_start(found.settings, sockets, workers)
        with _metrics_of(workers):
            return _run(_config(found.settings, workers), sockets)


def _log_start(settings: Settings, sockets: list[socket.socket], workers: int) -> None:
    """What is running, and by which settings; nothing in it is secret."""
    version, limits = read_version(), settings.limits
    event = Fields(
        event="starting",
        version=version.version,
        commit=version.githash or None,
        python=platform.python_version(),
        pid=os.getpid(),
        listen=",".join(_shown(each) for each in sockets),
        workers=workers,
        store="sqlite" if settings.store_url.startswith("sqlite") else "postgresql",
        org=settings.org,
        regions=",".join(settings.served_regions),
        accounts=len(settings.accounts) or "any",
        role=settings.role,
        keys=len(settings.all_keys),
        issuers=len(settings.issuers),
        connections=settings.connections,
        task_quota=settings.task_quota,
        **asdict(limits),
    )
    log.info(event)


def _shown(bound: socket.socket) -> str:
    """The address that a socket is bound to, with the port that was chosen for port 0."""
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def _metrics_of(workers: int) -> Iterator[None]:
    """One worker keeps its metrics in memory; several share them in files."""
    with ExitStack() as stack:
        if workers > 1:
            try:
                stack.enter_context(shared_directory())
            except OSError as error:
                raise SettingsError(
                    f"there is no directory for the metrics of the workers: {error}; set TMPDIR"
                ) from None
        yield


def _check_regions(found: LoadedSettings) -> None:
    settings = found.settings
    setting = "regions" if settings.regions else "region"
    partitions = {}
    for region in settings.served_regions:
        try:
            partitions[region] = partition_of(region)
        except Invalid as error:
            raise SettingsError(error.message) from None
        if partitions[region] is None:
            raise found.wrong(setting, f"'{region}' is not an AWS region such as us-east-1")
    if len(set(partitions.values())) > 1:
        named = ", ".join(f"{region} in {partition}" for region, partition in partitions.items())
        raise found.wrong(setting, f"its regions are not of one partition: {named}")


def _check_tracing(found: LoadedSettings) -> None:
    """Here, and not in a worker, which would be started again and again."""
    if not found.settings.tracing:
        return
    try:
        importlib.import_module("graph.observability.otel")
    except ImportError as error:
        why = f"it needs the extra 'otel', as in `pip install 'datasync-api[otel]'`: {error}"
        raise found.wrong("tracing", why) from None


@contextmanager
def _address_of(found: LoadedSettings) -> Iterator[list[socket.socket]]:
    """Binds the address here, for a clear error message and one socket for all workers."""
    host, port = found.settings.address
    with ExitStack() as stack:
        try:
            sockets = [stack.enter_context(each) for each in _bound(host, port)]
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise found.wrong(
                "listen", f"cannot listen on {found.settings.listen}: {why}"
            ) from None
        yield sockets


def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Sockets for all addresses of a name; without one, of IPv4 and of IPv6, as in Go.

    Raises OSError or UnicodeError.
    """
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    missing: list[OSError] = []
    for family, address in addresses:
        try:
            bound = _bind(family, address, alone=not host)
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            missing.append(error)
        else:
            yield bound
    if len(missing) == len(addresses):
        raise missing[0]


def _bind(
    family: socket.AddressFamily, address: tuple[Any, ...], *, alone: bool = False
) -> socket.socket:
    """``alone``: a socket of IPv6 leaves IPv4 to another one."""
    # The protocol is named because asyncio otherwise does not recognise TCP and leaves Nagle's
    # algorithm on: clients that delay acknowledgements then wait 40 ms longer for each response.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if alone and family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _config(settings: Settings, workers: int) -> uvicorn.Config:
    limits = ConnectionLimits(settings.request_seconds)
    peers = PeerConnections(affordable(settings.connections), settings.trusted_proxies)
    return uvicorn.Config(
        "graph.app:from_environment",
        factory=True,
        workers=workers,
        loop="graph.server.listener:ServerLoop",
        http=cast("Any", partial(BoundedHttp, limits=limits, peers=peers)),
        ws=cast("Any", partial(BoundedWebSocket, watchdog=Watchdog())),
        ws_max_size=_SOCKET_BYTES,
        ws_per_message_deflate=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        server_header=False,
        timeout_graceful_shutdown=int(settings.drain_seconds) + 1,
        # On a busy machine a worker may take longer to start than uvicorn's 5 seconds.
        timeout_worker_healthcheck=60,
    )


def _run(config: uvicorn.Config, sockets: list[socket.socket]) -> int:
    """``uvicorn.run`` with sockets, which also reports workers that cannot start."""
    with suppress(KeyboardInterrupt):
        if config.workers == 1:
            config.load_app()  # before the event loop runs
            server = QuietServer(config)
            server.run(sockets)
            return 0 if server.started else STARTUP_FAILURE
        supervisor = Supervisor(config, sockets)
        supervisor.run()
        if supervisor.failed:
            return STARTUP_FAILURE
    return 0
