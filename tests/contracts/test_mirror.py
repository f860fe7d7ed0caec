"""Every module has a test module of its name, or is listed with the test that covers it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MIN_PERCENT: Final = 95
"""Of the modules with a test module of their name. Goes up only."""
TESTED_FROM_OUTSIDE: Final = {
    "graph/activity/looks.py": "tests/schema/test_activity.py",
    "graph/cleanup/records.py": "tests/cleanup/test_sweep.py",
    "graph/cli/output.py": "tests/cli/test_commands.py",
    "graph/config/limits.py": "tests/config/test_settings.py",
    "graph/model/change.py": "tests/task_settings/test_changes.py",
    "graph/model/task_settings.py": "tests/task_settings/test_creation.py",
    "graph/resolvers/updating.py": "tests/operations/test_updating.py",
    "graph/model/choice.py": "tests/aws/test_choices.py",
    "graph/model/limits.py": "tests/schema/test_limits.py",
    "graph/model/price.py": "tests/schema/test_prices.py",
    "graph/operations/attempt.py": "tests/operations/test_no_answers.py",
    "graph/operations/rollback.py": "tests/operations/test_crash.py",
    "graph/sandbox/datasync/urls.py": "tests/sandbox/datasync/test_resources.py",
    "graph/runs/watch/update.py": "tests/runs/watch/test_encoding.py",
    "graph/schema/arguments.py": "tests/contracts/test_language.py",
    "graph/schema/aws_location_inputs.py": "tests/locations/test_kind.py",
    "graph/schema/location_part_inputs.py": "tests/locations/test_kind.py",
    "graph/schema/server_location_inputs.py": "tests/locations/test_kind.py",
    "graph/store/store.py": "tests/store/test_database.py",
    "graph/transport/execution/plans/outcomes.py": "tests/transport/execution/plans/test_plan.py",
    "graph/transport/execution/plans/runtime.py": "tests/transport/execution/plans/test_plan.py",
    "graph/transport/limits.py": "tests/transport/test_endpoint.py",
    "graph/transport/status.py": "tests/transport/test_specification.py",
}
"""Modules without one: the test that shows their behaviour."""


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


def test_every_other_module_is_listed_with_its_test() -> None:
    others = {each.as_posix() for each in modules() if not (ROOT / mirror(each)).exists()}
    assert others == TESTED_FROM_OUTSIDE.keys()


def test_every_test_from_outside_exists() -> None:
    assert [test for test in TESTED_FROM_OUTSIDE.values() if not (ROOT / test).exists()] == []


def test_the_mirror_of_a_module_is_in_the_same_place() -> None:
    assert mirror(Path("graph/loaders.py")) == Path("tests/test_loaders.py")
    assert mirror(Path("graph/aws/client/errors.py")) == Path("tests/aws/client/test_errors.py")
    assert mirror(Path("rest_compat/wire.py")) == Path("tests/rest/test_wire.py")
