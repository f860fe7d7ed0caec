"""A limit of a run is recorded with its run and mover; who may not write sets none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.audited import ADMIN, TRANSPORTS, Lab, opened_lab


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened_lab(aws, tmp_path) as lab:
        yield lab


@pytest.mark.parametrize("name", ["http", "websocket"])
async def test_a_limit_is_recorded_with_its_run(lab: Lab, aws: Sandbox, name: str) -> None:
    send, surface = TRANSPORTS[name]
    await send(lab, ADMIN, "START_MOVER")
    *_, started = await lab.fresh()
    lab.run = started["runArn"].rpartition("/")[2]
    await send(lab, "reader", "SET_RUN_BANDWIDTH")
    (refused,) = await lab.fresh()
    assert (refused["phase"], refused["errorCode"]) == ("REFUSED", "FORBIDDEN")
    assert aws.interceptor.counts()["datasync.UpdateTaskExecution"] == 0
    await send(lab, ADMIN, "SET_RUN_BANDWIDTH")
    first, last = await lab.fresh()
    assert [first["phase"], last["phase"]] == ["REQUESTED", "ACCEPTED"]
    assert last["surface"] == surface.value
    for member in ("action", "runArn", "taskArn", "group", "moverName", "resources"):
        expected = "SET_RUN_BANDWIDTH" if member == "action" else started[member]
        assert last[member] == expected, member
    aws.settle()
    await send(lab, ADMIN, "SET_RUN_BANDWIDTH")
    *_, ended = await lab.fresh()
    assert (ended["phase"], ended["errorCode"]) == ("REFUSED", "NOT_RUNNING")
