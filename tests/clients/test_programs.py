"""The life of a mover, with a restart of the server in mid-stream, through each client library."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import Served
from tests.clients.node import HERE, MODULES, require_packages, run, talk

PROGRAMS = sorted((HERE / "programs").glob("*.mjs"))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Relay's compiler makes of its documents and the schema."""
    folder = tmp_path_factory.mktemp("relay") / "project"
    shutil.copytree(HERE / "relay", folder)
    shutil.copy(HERE.parents[1] / "schema.graphql", folder)
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "__generated__").mkdir()
    run("relay-compiler", "relay.config.json", folder=folder)
    return folder / "__generated__"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_client_library_follows_a_mover_through_its_life(
    server: Served, program: Path, request: pytest.FixtureRequest
) -> None:
    require_packages()
    environment = dict(server.environment)
    if program.stem == "relay":
        environment["GENERATED"] = str(request.getfixturevalue("generated"))
    assert talk(program, environment, server.actions)[-1] == "end"
