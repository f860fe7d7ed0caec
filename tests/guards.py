"""A pytest plug-in: what a test leaves behind, where it connects to, and what blocks its loop."""

from __future__ import annotations

import asyncio
import gc
import inspect
import ipaddress
import socket
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
import blockbuster
import pytest
from prometheus_client import REGISTRY

PRODUCT: Final = ["graph", "rest_compat"]
_GRACE_SECONDS: Final = 20.0
"""For threads that are about to end, and sockets that are about to be closed."""
_LOOK_SECONDS: Final = 0.01
_ROUNDS: Final = 100
"""Turns of the loop in which a task that is about to end ends."""
_HIGHER_SCOPES: Final = ("class", "module", "package")
_OWNED: Final = (
    "asyncio_",  # end with their loop, after the fixtures
    "AnyIO worker thread",
    "ThreadPoolExecutor-",  # DBOS does not wait for the end of its executor
    "sandbox",  # of the session
    "datasync",
)
"""Beginnings of the names of threads that may be left."""
_MAY_BLOCK: Final = (
    ("graph/app/application.py", {"create_app", "_lifespan"}),  # before a server serves, and after
    ("graph/app/services.py", {"open_services"}),
    ("graph/store/inspection.py", {"trouble_with", "revision_of"}),  # before a server serves
    ("graph/aws/client/clients.py", {"__init__", "__aenter__"}),  # reads the SDK's configuration
    (
        "graph/aws/client/session.py",
        {"_make_all", "_find_own"},
    ),  # in a thread
    ("logging/__init__.py", {"emit", "flush"}),  # pytest captures the log in files
    ("coverage/collector.py", {"lock_data", "unlock_data"}),  # at the first line of each file
)
"""Files and functions: at the start, or not what a server does."""

_FILES: Final = Path("/proc/self/fd")
"""Names of the open files of this process. On systems without it sockets are not checked."""
_TCP: Final = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))

_connectors: weakref.WeakSet[aiohttp.BaseConnector] = weakref.WeakSet()
_outside: list[object] = []
_blocked: list[str] = []
_shared_sockets: set[str] = set()


class OffLoopback(Exception):
    """A test, or what it tests, has tried to reach another host."""


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves tasks, watches, AWS clients, TCP sockets or threads.

    What fixtures of a higher scope start during a test is left to ``nothing_left_by_module``.
    """
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("no_task_left")
    if _shares_fixtures(request):
        yield
        return
    yield from _check_left()


@pytest.fixture(autouse=True, scope="module")
def nothing_left_by_module() -> Iterator[None]:
    """The same for the fixtures that the tests of a module share."""
    yield from _check_left()


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Set up before the other fixtures of a test, so that it looks after they have ended."""
    yield
    own = asyncio.current_task()
    for _ in range(_ROUNDS):
        if asyncio.all_tasks() == {own}:
            break
        await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not own]
    assert not left, f"tasks are left: {left}"


@pytest.fixture(scope="session")
def blocking_detector() -> Iterator[blockbuster.BlockBuster]:
    """Patched in once, as that takes longer than most tests."""
    with blockbuster.blockbuster_ctx(scanned_modules=PRODUCT) as detector:
        for function in detector.functions.values():
            for file, functions in _MAY_BLOCK:
                function.can_block_in(file, functions)
        yield detector


@pytest.fixture(autouse=True)
def loop_not_blocked(
    request: pytest.FixtureRequest, blocking_detector: blockbuster.BlockBuster
) -> Iterator[None]:
    """Fails a test in which product code blocks the event loop, also if the error was caught.

    Tests with the marker ``may_block`` are left alone; it needs a reason.
    """
    marker = request.node.get_closest_marker("may_block")
    if marker is not None:
        assert marker.args, "the marker may_block needs a reason"
        blocking_detector.deactivate()
        yield
        blocking_detector.activate()
        return
    _blocked.clear()
    yield
    assert not _blocked, f"the event loop was blocked: {_blocked}"


@pytest.fixture(scope="session")
def share_sockets() -> Callable[[], None]:
    """To be called by a fixture of the session: no test is blamed for what is open by then."""
    return lambda: _shared_sockets.update(_open_sockets())


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Fails a test that connects to another host, also if the error was caught."""
    _outside.clear()
    yield
    assert not _outside, f"connections to other hosts: {_outside}"


def pytest_configure() -> None:
    """Watches over connections, AWS clients and blocking calls from now on."""
    socket.socket.connect = _checked(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _checked(socket.socket.connect_ex)  # type: ignore[method-assign]
    socket.getaddrinfo = _checked_name(socket.getaddrinfo)
    made = aiohttp.BaseConnector.__init__

    def noting(self: aiohttp.BaseConnector, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        _connectors.add(self)

    aiohttp.BaseConnector.__init__ = noting  # type: ignore[method-assign]
    blocked = blockbuster.BlockingError.__init__

    def remembering(self: blockbuster.BlockingError, func: str) -> None:
        blocked(self, func)
        _blocked.append(str(self))

    blockbuster.BlockingError.__init__ = remembering  # type: ignore[method-assign]


def _check_left() -> Iterator[None]:
    threads, watches = set(threading.enumerate()), _watches()
    clients, sockets = _open_clients(), _open_sockets()
    yield
    assert _watches() == watches, "watches of runs are left"
    left = _open_clients() - clients
    assert not left, f"AWS clients are left open: {left}"
    deadline = time.monotonic() + _GRACE_SECONDS
    _check_threads(threads, deadline)
    _check_sockets(sockets, deadline)


def _check_threads(before: set[threading.Thread], deadline: float) -> None:
    for thread in [each for each in threading.enumerate() if each not in before]:
        if not thread.name.startswith(_OWNED):
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"a thread is left: {thread}"


def _check_sockets(before: set[str], deadline: float) -> None:
    """The peer in the sandbox closes its end a moment after the client."""
    left = _tcp(_open_sockets() - before - _shared_sockets)
    if left:
        gc.collect()  # the SDK's synchronous clients of a test close theirs when they are collected
    while left and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        left = _tcp(_open_sockets() - before - _shared_sockets)
    assert not left, f"TCP sockets are left open (local, remote): {left}"


def _shares_fixtures(request: pytest.FixtureRequest) -> bool:
    definitions = request.node._fixtureinfo.name2fixturedefs
    own = {"nothing_left_by_module"}
    return any(
        found[-1].scope in _HIGHER_SCOPES
        for name, found in definitions.items()
        if name not in own and "_runner" not in name and not name.startswith("_xunit")
    )


def _watches() -> float:
    return REGISTRY.get_sample_value("datasync_api_watches") or 0.0


def _open_clients() -> set[int]:
    return {id(each) for each in _connectors if not each.closed}


def _open_sockets() -> set[str]:
    """The inodes of the sockets of this process, also of those that C libraries opened."""
    if not _FILES.exists():
        return set()
    found = set()
    for file in _FILES.iterdir():
        with suppress(OSError):  # closed meanwhile
            found.add(str(file.readlink()))
    return {each[8:-1] for each in found if each.startswith("socket:[")}


def _tcp(inodes: set[str]) -> list[tuple[str, str]]:
    """The addresses of those that are TCP sockets, as the kernel writes them."""
    if not inodes:
        return []
    rows = [line.split() for file in _TCP for line in file.read_text().splitlines()[1:]]
    found = {(row[1], row[2]) for row in rows if row[9] in inodes}
    # Both ends in this process: a synchronous client of a test keeps its connection to the sandbox
    # until it is collected. Connections of the product belong to AWS clients, which are checked.
    return sorted(ends for ends in found if ends[::-1] not in found)


def _checked(connect: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            _refuse(address)
        return connect(self, address)

    return checked


def _checked_name(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def checked(host: Any, *args: Any, **options: Any) -> Any:
        if host and not _is_local(host) and not _is_address(host) and _is_name(host):
            _refuse(host)
        return resolve(host, *args, **options)

    return checked


def _refuse(where: object) -> None:
    _outside.append(where)
    raise OffLoopback(f"tests connect to this host only, not to {where}")


def _is_local(host: Any) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in ("", "localhost", "0.0.0.0", "::"):  # noqa: S104 - compared only
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def _is_name(host: Any) -> bool:
    """Whether it would be looked up: an invalid name fails without a query."""
    try:
        (host.decode() if isinstance(host, bytes) else host).encode("idna")
    except UnicodeError:
        return False
    return True
