"""Changes of runs are recorded with their run and mover, as those of movers are."""

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


async def test_other_tags_are_recorded_with_their_run(lab: Lab, aws: Sandbox) -> None:
    send, _ = TRANSPORTS["http"]
    await send(lab, ADMIN, "START_MOVER")
    *_, started = await lab.fresh()
    lab.run = started["runArn"].rpartition("/")[2]
    await send(lab, "reader", "SET_RUN_TAGS")
    (refused,) = await lab.fresh()
    assert (refused["phase"], refused["errorCode"]) == ("REFUSED", "FORBIDDEN")
    await send(lab, "of-h", "SET_RUN_TAGS")
    *_, hidden = await lab.fresh()
    assert (hidden["phase"], hidden["errorCode"]) == ("REFUSED", "NOT_FOUND")
    assert aws.interceptor.counts()["datasync.TagResource"] == 0
    await send(lab, ADMIN, "SET_RUN_TAGS")
    first, last = await lab.fresh()
    assert [first["phase"], last["phase"]] == ["REQUESTED", "ACCEPTED"]
    for member in ("runArn", "taskArn", "group", "moverName", "resources"):
        assert last[member] == started[member], member
