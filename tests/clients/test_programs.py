"""The life of a mover, with a restart of the server in mid-stream, through each client library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.clients import typescript
from tests.clients.conftest import Served
from tests.clients.matrix import check_passed, passed
from tests.clients.node import HERE, project, require_packages, run, talk

PROGRAMS: Final = sorted((HERE / "programs").glob("*.mjs"))


def relay(folder: Path) -> Path:
    """What Relay's compiler makes of its documents and the schema."""
    created = project("relay", folder)
    (created / "__generated__").mkdir()
    run("relay-compiler", "relay.config.json", folder=created)
    return created / "__generated__"


def codegen(folder: Path) -> Path:
    """The documents of the story as the client preset generates them, in JavaScript."""
    created = typescript.project_of(folder)
    (created / "story.graphql").write_text("\n".join(documents().values()))
    typescript.generate(created, "story.graphql")
    return typescript.compiled(created, "generated/graphql.ts")


def tada(folder: Path) -> Path:
    """The documents of the story in TypeScript, with the types that gql.tada infers."""
    created = typescript.project_of(folder)
    texts = [f"export const {name} = graphql(`{text}`);" for name, text in documents().items()]
    (created / "story.ts").write_text("\n".join([typescript.TADA, *texts]))
    typescript.infer(created)
    return typescript.compiled(created, "story.ts")


GENERATED: Final = {"relay": relay, "codegen": codegen, "gql-tada": tada}
"""What programs import from the folder $GENERATED."""


def documents() -> dict[str, str]:
    """The documents of the story by name."""
    (printed,) = talk(HERE / "print-documents.mjs", {}, {})
    found: dict[str, str] = json.loads(printed)
    return found


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_client_library_follows_a_mover_through_its_life(
    server: Served, program: Path, tmp_path: Path
) -> None:
    require_packages()
    environment = dict(server.environment)
    if program.stem in GENERATED:
        environment["GENERATED"] = str(GENERATED[program.stem](tmp_path))
    said = talk(program, environment, server.actions)
    assert said[-1] == "end"
    check_passed(program.stem, passed(said))
