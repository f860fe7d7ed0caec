"""The guards of the test suite bite, and only where they have to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CONFIGURATION: Final = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
markers = may_block
"""
HEAD: Final = """
import asyncio, socket, threading, time
import aiohttp, pytest
import graph
from graph.observability.metrics import WATCHES

KEPT = []
PRODUCT = {"time": time}
# A function of a module of the product, as far as its file tells.
exec(compile("def nap(): time.sleep(0.01)", graph.__file__, "exec"), PRODUCT)


def served_once():
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    peer, _ = server.accept()
    server.close()
    client.close()
    thread = threading.Thread(name="sandbox", target=lambda: (peer.recv(1), peer.close()))
    thread.start()
    return thread

"""
BAD: Final = {
    "a_task": ("async", "KEPT.append(asyncio.create_task(asyncio.Event().wait()))"),
    "a_watch": ("", "WATCHES.inc()"),
    "a_client": ("async", "KEPT.append(aiohttp.TCPConnector())"),
    "a_thread": (
        "",
        (
            "KEPT.append(threading.Thread(target=time.sleep, args=(30,), daemon=True)); "
            "KEPT[-1].start()"
        ),
    ),
    "a_socket": ("", "KEPT.append(socket.create_server(('127.0.0.1', 0)))"),
    "a_block": ("async", "PRODUCT['nap']()"),
    "a_block_without_a_reason": ("@pytest.mark.may_block\nasync", "PRODUCT['nap']()"),
    "a_caught_block": ("async", "with pytest.raises(Exception): PRODUCT['nap']()"),
    "a_caught_connection": (
        "",
        "with pytest.raises(Exception), socket.socket() as made: made.connect(('192.0.2.1', 80))",
    ),
    "a_caught_name": ("", "with pytest.raises(Exception): socket.getaddrinfo('example.org', 80)"),
    "an_uncaught_connection": (
        "async",
        "await asyncio.open_connection('192.0.2.1', 80)",
    ),
}
GOOD: Final = {
    "a_task_that_ends": ("async", "KEPT.append(asyncio.create_task(asyncio.sleep(0)))"),
    "a_client_that_is_closed": ("async", "await aiohttp.TCPConnector().close()"),
    "a_thread_that_ends": (
        "",
        (
            "KEPT.append(threading.Thread(target=threading.Event().wait, args=(0.01,))); "
            "KEPT[-1].start()"
        ),
    ),
    "a_block_with_a_reason": ("@pytest.mark.may_block('why')\nasync", "PRODUCT['nap']()"),
    "a_block_off_the_loop": ("async", "await asyncio.to_thread(PRODUCT['nap'])"),
    "a_block_without_a_loop": ("", "PRODUCT['nap']()"),
    "a_socket_on_loopback": (
        "",
        (
            "with socket.create_server(('127.0.0.1', 0)) as server: "
            "socket.create_connection(server.getsockname()).close()"
        ),
    ),
    "a_socket_that_its_peer_closes": ("", "KEPT.append(served_once())"),
    "a_name_of_this_host": ("", "socket.getaddrinfo('localhost', 80)"),
}


def module(cases: dict[str, tuple[str, str]]) -> str:
    functions = (
        f"{kind} def test_{name}():\n    {body}\n".lstrip() for name, (kind, body) in cases.items()
    )
    return HEAD + "\n\n".join(functions)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini(CONFIGURATION)
    pytester.makeconftest('pytest_plugins = ["tests.guards"]')
    return pytester


@pytest.mark.timeout(120)
def test_each_guard_fails_what_it_must(project: pytest.Pytester) -> None:
    project.makepyfile(module(BAD))
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-rA")
    failed = {
        line.partition("::test_")[2].partition(" ")[0]
        for line in result.outlines
        if line.startswith(("FAILED", "ERROR"))
    }
    assert failed == BAD.keys(), result.stdout.str()


@pytest.mark.timeout(120)
def test_no_guard_fails_what_is_right(project: pytest.Pytester) -> None:
    project.makepyfile(module(GOOD))
    result = project.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=len(GOOD))
