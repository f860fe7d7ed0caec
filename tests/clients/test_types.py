"""Type generators for TypeScript infer the types that the GraphQL guide documents."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.node import HERE, require_packages, run
from tests.clients.typescript import generate, infer, project_of


@pytest.fixture
def created(tmp_path: Path) -> Path:
    require_packages()
    return project_of(tmp_path)


def test_the_client_preset_of_codegen_generates_types_that_compile(created: Path) -> None:
    shutil.copy(HERE / "types" / "documents.ts", created)
    generate(created, "documents.ts")
    run("tsc", folder=created)


def test_gql_tada_infers_types_that_compile(created: Path) -> None:
    shutil.copy(HERE / "types" / "tada.ts", created)
    infer(created)
    run("tsc", folder=created)
    broken = (created / "tada.ts").read_text().replace("bytes: number", "bytes: Date")
    (created / "tada.ts").write_text(broken)
    with pytest.raises(AssertionError, match="Date"):
        run("tsc", folder=created)
