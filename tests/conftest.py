"""What all tests share: a served sandbox, and a look for what was left behind."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

from tests.authority import AUTHORITY

os.environ.update(
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CA_BUNDLE=AUTHORITY,
)

from graph.sandbox import Pace, Sandbox

settings.register_profile("unhurried", deadline=None)  # on a busy machine 200 ms pass easily
settings.load_profile("unhurried")

pytest_plugins = ["tests.guards"]

_read = cache(JSONFileLoader().load_file)
_text_of = cache(lambda path: json.dumps(_read(path)))


def _load_file(_loader: object, path: str) -> Any:
    """Of DataSync's model a copy, as loaders merge additions into what they load."""
    return json.loads(_text_of(path)) if "/datasync/" in path and _read(path) else _read(path)


JSONFileLoader.load_file = _load_file  # type: ignore[assignment, method-assign]
"""A server has one session of the SDK, which reads the models of services once; the tests of a
process have one after the other, and would read them anew."""

EAGER = Pace(launch=0, phase=0, per_object=0, listing=0, verifying=0, bandwidth=1e12)
"""A run is over before its start is answered, but for the thread that steps it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, and those with few tests last, which one worker runs each.

    A long one at the end would leave the other workers without work.
    """
    tests = Counter(item.path for item in items)
    long = {item.path for item in items if item.get_closest_marker("timeout")}
    items.sort(key=lambda item: (item.path not in long, -tests[item.path]))


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A command that is run in the process of its test sets the log up for all that come after."""
    root = logging.getLogger()
    own = [logging.getLogger(name) for name in ("graph", "rest_compat")]
    level, handlers, levels = root.level, list(root.handlers), [each.level for each in own]
    yield
    logging.captureWarnings(capture=False)
    root.setLevel(level)
    for logger, before in zip(own, levels, strict=True):
        logger.setLevel(before)
    for handler in [each for each in root.handlers if type(each) is logging.StreamHandler]:
        if handler not in handlers:
            root.removeHandler(handler)


@pytest.fixture(scope="session")
def served(share_sockets: Callable[[], None]) -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        share_sockets()
        yield sandbox


@pytest.fixture
def aws(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An empty sandbox, which the SDK's default chain points at."""
    served.reset()
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    yield served
    served.reset()
