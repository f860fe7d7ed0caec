"""Advice on a run as it is shown, with the end of its mover that the error names."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from graph.model.errors import NotFound
from graph.model.run import Run as RunModel
from graph.schema.nodes import Run
from tests.aws.test_run_failures import failed
from tests.schema.execution import select

SHOWN = "{ advice { failureClass side cause steps retryable link } }"
MOUNT = "Task failed to access location {}: x40016: timed out"


def context(answer: Any = ("arn:x:location/loc-0a", "arn:x:location/loc-0b")) -> Any:
    """With the ends of the task, or an error."""

    async def load(_task_arn: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(loaders=SimpleNamespace(ends=SimpleNamespace(load=load)))


async def shown(run: RunModel, given: Any = None) -> Any:
    return (await select(Run, Run(value=run), SHOWN, given or context()))["advice"]


async def test_all_that_is_known_is_shown() -> None:
    it = await shown(failed("EniNotFound"))
    assert it["failureClass"] == "NETWORK_INTERFACE_GONE"
    assert (it["side"], it["retryable"]) == (None, True)
    assert it["steps"] == ["Start the mover again: DataSync creates the interface anew."]
    assert it["link"].startswith("https://docs.aws.amazon.com/datasync/")


@pytest.mark.parametrize(
    ("location", "side"), [("loc-0a", "SOURCE"), ("loc-0b", "DESTINATION"), ("loc-0c", None)]
)
async def test_the_location_in_the_error_tells_the_side(location: str, side: str | None) -> None:
    assert (await shown(failed("", MOUNT.format(location))))["side"] == side


async def test_a_mover_that_is_gone_leaves_the_side_open() -> None:
    it = await shown(failed("", MOUNT.format("loc-0a")), context(NotFound("gone")))
    assert (it["failureClass"], it["side"]) == ("UNREACHABLE", None)


async def test_an_unknown_error_has_awss_words_and_no_class() -> None:
    it = await shown(failed("New", "AWS's words"))
    assert (it["failureClass"], it["retryable"], it["steps"]) == (None, None, [])
    assert it["cause"] == "AWS's words"


async def test_a_run_that_did_not_fail_has_none() -> None:
    assert await shown(failed(status="SUCCESS")) is None
    assert await shown(replace(failed("NoMem"), cancelled=True)) is None
