"""Projects in TypeScript with the scalar types that the GraphQL guide documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.clients.node import ROOT, project, run
from tests.docs.blocks import blocks

TADA: Final = """
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './introspection';
import type { Scalars } from './scalars';

const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars }>();
"""


def project_of(folder: Path) -> Path:
    """An empty project with the schema."""
    created = project("types", folder)
    for file in ("documents.ts", "tada.ts"):
        (created / file).unlink()
    return created


def generate(created: Path, documents: str) -> None:
    """Generates types and documents with the client preset of codegen."""
    options: dict[str, Any] = {"scalars": scalars(), "strictScalars": True, "useTypeImports": True}
    output = {"./generated/": {"preset": "client", "config": options}}
    config = {"schema": "schema.graphql", "documents": documents, "generates": output}
    (created / "codegen.json").write_text(json.dumps(config))
    run("graphql-codegen", "--config", "codegen.json", folder=created)


def infer(created: Path) -> None:
    """Writes what gql.tada infers types from."""
    members = "".join(f"  {name}: {kind};\n" for name, kind in scalars().items())
    (created / "scalars.ts").write_text(f"export type Scalars = {{\n{members}}};\n")
    run("gql.tada", "generate-output", folder=created)


def compiled(created: Path, file: str) -> Path:
    """Compiles the project, and so checks its types, to JavaScript beside each file."""
    (created / "package.json").write_text('{"type": "module"}')
    run("tsc", "--noEmit", "false", folder=created)
    assert (created / file).with_suffix(".js").exists()
    return created


def scalars() -> dict[str, str]:
    """The scalar types of the guide."""
    (shown,) = (
        block.text for block in blocks(ROOT / "docs" / "graphql.md") if '"AccountId"' in block.text
    )
    given: dict[str, str] = json.loads(shown)
    return given
