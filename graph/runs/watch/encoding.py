"""States of runs as texts, in which the processes of a deployment share them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

import orjson

from graph.aws.executions import run_of
from graph.model.progress import Progress
from graph.runs.watch.update import Update
from graph.store import RunState

_VERSION: Final = 1
"""Of the encoding. Further members of progress do not change it."""
_TIME: Final = "$time"
_PROGRESS: Final = frozenset(field.name for field in fields(Progress))


class Updates:
    """Implements ``Form``."""

    @staticmethod
    def number(state: Update) -> int:
        return state.progress.sequence

    @staticmethod
    def encode(state: Update) -> RunState:
        return RunState(state.progress.sequence, encode(state), state.run.ended)

    @staticmethod
    def decode(text: str) -> Update | None:
        return decode(text)


def encode(update: Update) -> str:
    value = {
        "version": _VERSION,
        "run": update.run.described,
        "cancelled": update.run.cancelled,
        "progress": update.progress,
    }
    return orjson.dumps(value, _time, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def decode(text: str) -> Update | None:
    """None for a state that this version cannot read, as another has encoded it."""
    try:
        value = _with_times(orjson.loads(text))
        if value["version"] != _VERSION:
            return None
        run = replace(run_of(value["run"]), cancelled=value["cancelled"])
        progress = {name: given for name, given in value["progress"].items() if name in _PROGRESS}
        return Update(run, Progress(**progress))
    except (KeyError, TypeError, ValueError):
        return None


def _time(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be encoded")


def _with_times(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_with_times(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {_TIME}:
        return datetime.fromisoformat(value[_TIME])
    return {name: _with_times(each) for name, each in value.items()}
