"""No body keeps the event loop busy for long, whatever it holds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from graph.model.errors import Invalid
from graph.sandbox import Sandbox
from rest_compat.decoder import decode
from rest_compat.requests import NEW_MOVER, UPDATE
from tests.rest.hostile import BODY, bodies, groups
from tests.transport.cpu import ATTEMPTS, collected_as_in_a_served_process, longest_step
from tests.world import LAB, furnish, serving

MOST = 0.05
"""Seconds of CPU in one step."""
ROUTES = {
    "create": ("POST", f"/v1/datasync/{LAB}/movers/g", NEW_MOVER),
    "update": ("PUT", f"/v1/datasync/{LAB}/movers/g/one", UPDATE),
}
GROUPS = [(route, group) for route, (_, _, shape) in ROUTES.items() for group in groups(shape)]
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part"),
]


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    with collected_as_in_a_served_process():
        yield


@pytest.mark.parametrize(("route", "group"), GROUPS)
async def test_no_body_keeps_the_loop_busy(
    aws: Sandbox, tmp_path: Path, route: str, group: str
) -> None:
    furnish(aws)
    method, path, shape = ROUTES[route]
    slow, seen = {}, Counter[int]()
    async with serving(tmp_path) as client:
        for name, body in bodies(shape, group):
            assert len(body) <= BODY
            best = 1e9
            for _ in range(ATTEMPTS):
                sending = client.request(method, path, content=body)
                took, response = await longest_step(sending)
                seen[response.status_code] += 1
                best = min(best, took)
                if best < MOST / 2:
                    break
            if best > MOST:
                slow[name] = best
    assert slow == {}
    assert seen.keys() <= {202, 400, 404, 409}
    assert seen[400] > 0


@pytest.mark.parametrize(("route", "group"), GROUPS)
def test_no_body_takes_long_to_decode(route: str, group: str) -> None:
    """Large ones are decoded in a thread, which holds the interpreter while it does."""
    slow, shape = {}, ROUTES[route][2]
    for name, body in bodies(shape, group):
        best = 1e9
        for _ in range(ATTEMPTS):
            began = time.thread_time()
            with suppress(Invalid):
                decode(body, shape, "cannot decode")
            best = min(best, time.thread_time() - began)
        if best > MOST:
            slow[name] = best
    assert slow == {}
