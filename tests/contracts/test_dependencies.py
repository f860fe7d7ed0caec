"""What is imported is declared, where it is needed, and nothing else is."""

from __future__ import annotations

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import files, packages_distributions
from pathlib import Path
from typing import Any, Final

import pytest

ROOT = Path(__file__).parents[2]
OURS: Final = ("graph", "rest_compat", "tests", "hatch_build")
LOADED_BY_NAME: Final = {
    "openapi-spec-validator": "moto's CloudFormation imports it",
    "psycopg": "SQLAlchemy loads the driver that a store's URL names",
    "websockets": "uvicorn serves WebSockets with it",
    "cyclonedx-bom": "a command of scripts/sbom",
    "flask-cors": "moto serves with it",
    "editables": "hatchling makes editable installs with it",
    "hatchling": "pyproject.toml names it as the build backend",
    "import-linter": "a command",
    "mypy": "a command",
    "pytest-asyncio": "a plug-in of pytest",
    "pytest-cov": "a plug-in of pytest",
    "pytest-timeout": "a plug-in of pytest",
    "pytest-xdist": "a plug-in of pytest",
    "ruff": "a command",
    "schemathesis": "run as a command by a test",
    "types-aiobotocore": "stubs for mypy",
    "types-cachetools": "stubs for mypy",
    "types-greenlet": "stubs for mypy",
}
"""Declared without an import of ours, and why."""
STACK: Final = {"strawberry-graphql", "starlette", "uvicorn", "aioboto3"}
"""What the product is built on, whatever else could do the same."""
FOREIGN: Final = [ROOT / "tests/foreign" / name for name in ("aws_cli.py", "airflow_hook.py")]
"""Programs in an environment of their own, which ``requirements.lock`` beside them declares."""


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> dict[str, set[str]]:
    """The names of the distributions by part: production, and each extra."""
    project: Any = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parts = {"production": project["dependencies"], **project["optional-dependencies"]}
    return {
        part: {normalized(re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0]) for each in given}
        for part, given in parts.items()
    }


@functools.cache
def distributions() -> Mapping[str, list[str]]:
    """The distributions that have a module of a name: the metadata of all of them is read."""
    return packages_distributions()


def imported(sources: Iterable[Path]) -> set[str]:
    """The distributions of all modules that are imported anywhere in the files."""
    owners = distributions()
    found: set[str] = set()
    for file in sources:
        for node in ast.walk(ast.parse(file.read_text())):
            for module in modules(node):
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in OURS:
                    assert top in owners, f"{file} imports {module}, which is not installed"
                    found |= {normalized(each) for each in having(module, owners[top])}
    return found


def having(module: str, owners: Sequence[str]) -> list[str]:
    """Of the distributions that share a namespace, those that have the module."""
    if not module.startswith("opentelemetry."):
        return list(owners)
    path = module.replace(".", "/")
    return [
        each
        for each in owners
        if any(str(file).startswith((f"{path}/", f"{path}.py")) for file in files(each) or ())
    ]


def modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module]
    return []


def sources(*folders: str, without: str | None = None) -> list[Path]:
    found = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    found = [file for file in found if file not in FOREIGN]
    return [file for file in found if without is None or (ROOT / without) not in file.parents]


TRACES: Final = [ROOT / "graph/observability/otel.py"]
PRODUCTION = [
    file for file in sources("graph", "rest_compat", without="graph/sandbox") if file not in TRACES
]


def test_production_imports_only_what_it_declares() -> None:
    assert imported(PRODUCTION) - declared()["production"] == set()


def test_the_sandbox_imports_only_what_it_and_production_declare() -> None:
    parts = declared()
    undeclared = imported(sources("graph/sandbox")) - parts["production"] - parts["sandbox"]
    assert undeclared == set()


def test_what_sends_traces_imports_only_its_extra() -> None:
    assert imported(TRACES) - declared()["otel"] == set()


def test_the_tests_import_only_what_is_declared() -> None:
    assert imported(sources("tests")) - set().union(*declared().values()) == set()


@pytest.mark.parametrize(
    ("part", "files"),
    [
        ("production", PRODUCTION),
        ("sandbox", sources("graph/sandbox")),
        ("otel", TRACES),
        ("dev", [*sources("tests"), ROOT / "hatch_build.py"]),
    ],
)
def test_nothing_is_declared_that_is_not_used(part: str, files: list[Path]) -> None:
    unused = declared()[part] - imported(files) - LOADED_BY_NAME.keys()
    assert unused == set()


def test_every_exception_is_declared() -> None:
    assert LOADED_BY_NAME.keys() - set().union(*declared().values()) == set()


def test_an_undeclared_import_is_found(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "import json\nfrom yaml import load\n\n\ndef late():\n    import boto3.session\n"
    )
    assert imported([file]) == {"pyyaml", "boto3"}


def test_the_product_is_built_on_its_stack() -> None:
    assert declared()["production"] >= STACK
