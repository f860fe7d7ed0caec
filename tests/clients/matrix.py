"""The steps that each client library has passed, compared with what ``docs/clients.md`` says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

MATRIX: Final = Path(__file__).with_name("matrix.json")
"""From which ``scripts/docs`` writes the page."""
STEPS: Final = (
    "create",
    "follow it",
    "start",
    "follow the run",
    "restart of the server",
    "stop",
    "delete",
    "cache",
)
"""In the order in which they are passed."""


def read_matrix() -> dict[str, dict[str, str]]:
    """How each step was passed, by client and step."""
    found: dict[str, dict[str, str]] = json.loads(MATRIX.read_text(encoding="utf-8"))
    return found


def check_passed(client: str, steps: Mapping[str, str]) -> None:
    """Fails if the page says anything else of a client than its test has just seen.

    With RECORD_CLIENTS, which ``scripts/clients`` sets, writes it instead.
    """
    assert tuple(steps) == STEPS
    if os.environ.get("RECORD_CLIENTS"):
        rows = read_matrix() | {client: dict(steps)}
        MATRIX.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    assert read_matrix().get(client) == steps, "docs/clients.md is wrong; run scripts/clients"


def passed(said: Iterable[str]) -> dict[str, str]:
    """The steps among the lines that a program of this folder has printed."""
    lines = [json.loads(line) for line in said if line.startswith("{")]
    return {line["step"]: line["how"] for line in lines}
