"""The runtime of workflows: one per process, and without it they stop and do not fail."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from graph.model.errors import Throttled
from graph.operations.retries import with_retry, with_store_retry
from graph.operations.runtime import install, runtime, uninstall
from tests.operations.stepped import SteppedTime


@pytest.mark.parametrize("uses", [with_retry, with_store_retry], ids=["aws", "store"])
@pytest.mark.usefixtures("stepped")
async def test_without_a_runtime_a_workflow_is_cancelled_before_it_does_anything(
    uses: object,
) -> None:
    called = []

    async def work() -> None:
        called.append("work")

    uninstall()
    assert callable(uses)
    with pytest.raises(asyncio.CancelledError):
        await uses(work)
    assert called == []


@pytest.mark.usefixtures("stepped")
async def test_a_workflow_that_waits_for_a_retry_is_cancelled_rather_than_failed() -> None:
    calls, rolled_back = [], []

    async def work() -> None:
        calls.append("work")
        uninstall()
        raise Throttled("slow down")

    async def workflow() -> None:
        try:
            await with_retry(work)
        except Exception:  # noqa: BLE001 - as workflows do before they roll back
            rolled_back.append("parts")

    with pytest.raises(asyncio.CancelledError):
        await workflow()
    assert (calls, rolled_back) == (["work"], [])


async def test_the_runtime_that_was_installed_last_is_used_alone(stepped: SteppedTime) -> None:
    first = runtime()
    second = replace(first, retry=replace(first.retry, first_wait=7.0, longest_wait=7.0))
    install(second)
    assert runtime() is second
    failures = [Throttled("slow down")]

    async def work() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert await with_retry(work) == "done"
    assert stepped.waits == [7.0]
    uninstall()
    with pytest.raises(asyncio.CancelledError):
        runtime()
