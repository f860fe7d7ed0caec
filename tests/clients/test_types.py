"""Type generators for TypeScript, with the scalar types that the GraphQL guide documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clients.node import HERE, MODULES, require_packages, run
from tests.docs.blocks import ROOT, blocks


@pytest.fixture(scope="module")
def scalars() -> dict[str, str]:
    """The scalar types of the guide."""
    (shown,) = (
        block.text for block in blocks(ROOT / "docs" / "graphql.md") if '"AccountId"' in block.text
    )
    given: dict[str, str] = json.loads(shown)
    return given


@pytest.fixture
def project(tmp_path: Path) -> Path:
    require_packages()
    folder = tmp_path / "project"
    shutil.copytree(HERE / "types", folder)
    shutil.copy(ROOT / "schema.graphql", folder)
    (folder / "node_modules").symlink_to(MODULES)
    return folder


def test_the_client_preset_of_codegen_generates_types_that_compile(
    project: Path, scalars: dict[str, str]
) -> None:
    options: dict[str, Any] = {"scalars": scalars, "strictScalars": True, "useTypeImports": True}
    output = {"./generated/": {"preset": "client", "config": options}}
    config = {"schema": "schema.graphql", "documents": "documents.ts", "generates": output}
    (project / "codegen.json").write_text(json.dumps(config))
    (project / "tada.ts").unlink()
    run("graphql-codegen", "--config", "codegen.json", folder=project)
    run("tsc", folder=project)


def test_gql_tada_infers_types_that_compile(project: Path, scalars: dict[str, str]) -> None:
    members = "".join(f"  {name}: {kind};\n" for name, kind in scalars.items())
    (project / "scalars.ts").write_text(f"export type Scalars = {{\n{members}}};\n")
    (project / "documents.ts").unlink()
    run("gql.tada", "generate-output", folder=project)
    run("tsc", folder=project)
    broken = (project / "tada.ts").read_text().replace("bytes: number", "bytes: Date")
    (project / "tada.ts").write_text(broken)
    with pytest.raises(AssertionError, match="Date"):
        run("tsc", folder=project)
