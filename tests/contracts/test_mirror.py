"""Every module has a test module of its name, or belongs to a package that others test."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MIN_PERCENT: Final = 95
"""Of the modules with a test module of their name. Goes up only."""
TESTED_FROM_OUTSIDE: Final = {
    "graph": "tests/test_main_job.py",
    "graph/auth": "tests/auth/test_transports.py",
    "graph/aws": "tests/test_call_counts.py",
    "graph/cleanup": "tests/cleanup/test_sweep.py",
    "graph/config": "tests/server/test_start.py",
    "graph/history": "tests/history/test_audit.py",
    "graph/locations": "tests/sandbox/datasync/test_resources.py",
    "graph/model": "tests/model/test_model.py",
    "graph/observability": "tests/server/test_access_log.py",
    "graph/operations": "tests/operations/test_crash.py",
    "graph/resolvers": "tests/rights/test_isolation.py",
    "graph/runs": "tests/test_main_job.py",
    "graph/sandbox": "tests/sandbox/test_demo.py",
    "graph/schema": "tests/contracts/test_language.py",
    "graph/server": "tests/server/test_serve.py",
    "graph/store": "tests/operations/test_replicas.py",
    "graph/transport": "tests/transport/test_http.py",
    "rest_compat": "tests/rest/test_contract.py",
}
"""By package, subpackages included: the test that shows the behaviour of the other modules."""


def modules() -> list[Path]:
    found = [file for top in ("graph", "rest_compat") for file in (ROOT / top).rglob("*.py")]
    return [file.relative_to(ROOT) for file in found if file.name != "__init__.py"]


def mirror(module: Path) -> Path:
    """Where the test module of a module's name belongs."""
    top, *folders, name = module.parts
    package = ["rest"] if top == "rest_compat" else []
    return Path("tests", *package, *folders, f"test_{name}")


def test_the_part_of_modules_with_a_test_module_of_their_name_only_grows() -> None:
    mirrored = [module for module in modules() if (ROOT / mirror(module)).exists()]
    assert 100 * len(mirrored) >= MIN_PERCENT * len(modules())


def test_every_other_module_belongs_to_a_package_that_is_tested_from_outside() -> None:
    for module in modules():
        if not (ROOT / mirror(module)).exists():
            packages = {parent.as_posix() for parent in module.parents}
            assert packages & TESTED_FROM_OUTSIDE.keys(), module


def test_every_test_from_outside_exists() -> None:
    assert [test for test in TESTED_FROM_OUTSIDE.values() if not (ROOT / test).exists()] == []


def test_the_mirror_of_a_module_is_in_the_same_place() -> None:
    assert mirror(Path("graph/app.py")) == Path("tests/test_app.py")
    assert mirror(Path("graph/aws/client/errors.py")) == Path("tests/aws/client/test_errors.py")
    assert mirror(Path("rest_compat/wire.py")) == Path("tests/rest/test_wire.py")
