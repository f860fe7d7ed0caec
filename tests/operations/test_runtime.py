"""The runtime of workflows: one per process, and without it they stop and do not fail."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from graph.model.errors import Throttled
from graph.operations import runtime as module
from graph.operations.runtime import install, runtime, uninstall
from tests.operations.stepped import SteppedTime

PACKAGE = Path(module.__file__).parent


def names_imported(source: Path) -> set[str]:
    nodes = ast.walk(ast.parse(source.read_text()))
    return {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == module.__name__
        for alias in node.names
    }


def test_only_the_workflows_fetch_the_runtime_and_everything_else_is_handed_it() -> None:
    product = [*PACKAGE.parent.rglob("*.py"), *(PACKAGE.parents[1] / "rest_compat").rglob("*.py")]
    fetching = {source.name for source in product if "runtime" in names_imported(source)}
    installing = {source.name for source in product if "install" in names_imported(source)}
    assert (fetching, installing) == ({"workflows.py"}, {"engine.py"})
    assert not any(f"{PACKAGE.name} import runtime" in source.read_text() for source in product), (
        "the module is not imported as a whole"
    )


@pytest.mark.parametrize("uses", ["call_aws", "call_store"])
async def test_without_a_runtime_a_workflow_is_cancelled_before_it_does_anything(
    stepped: SteppedTime, uses: str
) -> None:
    called = []

    async def work() -> None:
        called.append("work")

    install(stepped.runtime)
    uninstall()
    with pytest.raises(asyncio.CancelledError):
        await getattr(stepped.runtime.retries, uses)(work)
    with pytest.raises(asyncio.CancelledError):
        runtime()
    assert called == []


async def test_a_workflow_that_waits_for_a_retry_is_cancelled_rather_than_failed(
    stepped: SteppedTime,
) -> None:
    calls, rolled_back = [], []

    async def work() -> None:
        calls.append("work")
        uninstall()
        raise Throttled("slow down")

    async def workflow() -> None:
        try:
            await runtime().retries.call_aws(work)
        except Exception:  # noqa: BLE001 - as workflows do before they roll back
            rolled_back.append("parts")

    install(stepped.runtime)
    with pytest.raises(asyncio.CancelledError):
        await workflow()
    assert (calls, rolled_back) == (["work"], [])


async def test_the_runtime_that_was_installed_last_is_used_alone(stepped: SteppedTime) -> None:
    first, second = stepped.runtime, replace(stepped.runtime)
    install(first)
    install(second)
    assert runtime() is second
    uninstall()
    with pytest.raises(asyncio.CancelledError):
        runtime()
