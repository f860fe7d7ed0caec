"""What clients may know of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.world import ORG, ask, serving

LIMITS = "limits { callsPerRequest callBudget operationsPerCaller }"


@pytest.mark.parametrize("calls", [100, 250])
async def test_the_server_shows_what_its_settings_say(
    aws: Sandbox, tmp_path: Path, calls: int
) -> None:
    changes: dict[str, Any] = {
        "region": "eu-west-1",
        "aws_calls_per_request": calls,
        "aws_call_budget": 4 * calls,
        "operations_per_caller": calls + 1,
    }
    async with serving(tmp_path, **changes) as client:
        shown = (await ask(client, f"{{ server {{ region org {LIMITS} }} }}"))["server"]
    limits = shown.pop("limits")
    assert shown == {"region": "eu-west-1", "org": ORG}
    assert limits["callsPerRequest"] == calls
    assert limits["callBudget"] == 4 * calls
    assert limits["operationsPerCaller"] == calls + 1
