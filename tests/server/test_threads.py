"""How soon the event loop continues while other threads are busy."""

from __future__ import annotations

import sys

import pytest

from graph.server.threads import tune_threads


def test_threads_give_way_sooner_than_by_default() -> None:
    before = sys.getswitchinterval()
    try:
        tune_threads()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)
