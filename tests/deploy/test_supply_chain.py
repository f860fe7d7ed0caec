"""What is installed: the wheel can be rebuilt, the lock fits it, and the SBOM lists all of it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.required import miss

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore")
LOCKED: Final = re.compile(
    r"^([A-Za-z0-9._-]+(?:\[[^]]*\])?==[^\s\\]+(?: *;[^\\]+)?)", re.MULTILINE
)


def locked() -> dict[str, str]:
    """The versions that the production lock installs on this platform, by name."""
    found = map(Requirement, LOCKED.findall((ROOT / "requirements.lock").read_text()))
    return {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each in found
        if each.marker is None or each.marker.evaluate()
    }


def copy(folder: Path, mode: int, seconds: int) -> Path:
    """The sources in another place, with other permissions and times of modification."""
    folder.mkdir()
    for name in SOURCES:
        shutil.copy(ROOT / name, folder)
    for name in ("graph", "rest_compat"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)
        os.utime(path, (seconds, seconds))
    return folder


def build(source: Path, out: Path, zone: str) -> Path:
    """A wheel without the IDE, which needs npm."""
    told = {"BUILD_IDE": "0", "GITHASH": "abc123", "SOURCE_DATE_EPOCH": "1700000000", "TZ": zone}
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=source,
        env=os.environ | told,
        check=True,
        capture_output=True,
        timeout=100,
    )
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    one = build(copy(folder / "one", 0o644, 1_600_000_000), folder / "first", "UTC")
    other = build(copy(folder / "other", 0o600, 1_700_000_001), folder / "second", "Asia/Tokyo")
    return one, other


def test_two_builds_of_the_same_sources_are_equal(wheels: tuple[Path, Path]) -> None:
    one, other = (hashlib.sha256(each.read_bytes()).hexdigest() for each in wheels)
    assert one == other


def test_the_wheel_has_all_sources_and_nothing_else(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = {each for each in wheel.namelist() if ".dist-info/" not in each}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "graph", "rest_compat"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert names == {*listed, "graph/_build.json"}


def requirements(metadata: Any) -> list[Requirement]:
    """What a distribution needs on this platform, without its extras."""
    found = map(Requirement, metadata.get_all("Requires-Dist") or [])
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def test_the_lock_has_what_the_wheel_requires(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        needed = requirements(message_from_bytes(wheel.read(name)))
    versions = locked()
    assert len(needed) > 20
    for each in needed:
        assert each.specifier.contains(versions[canonicalize_name(each.name)]), each


def test_the_lock_is_complete_and_consistent() -> None:
    versions = locked()
    for name, version in versions.items():
        assert importlib.metadata.version(name) == version  # the same as in the development lock
        for each in requirements(importlib.metadata.metadata(name)):
            assert each.specifier.contains(versions[canonicalize_name(each.name)]), (name, each)


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    file = ROOT / "dist" / "sbom.json"
    if not file.exists():
        miss("scripts/sbom has not been run")
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_the_sbom_lists_exactly_what_is_locked(sbom: dict[str, Any]) -> None:
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "datasync-api",
    )
    listed = {canonicalize_name(each["name"]): each for each in sbom["components"]}
    assert {name: each["version"] for name, each in listed.items()} == locked()
    for name, each in listed.items():
        assert each["purl"] == f"pkg:pypi/{name}@{each['version']}"
    unlicensed = [name for name, each in listed.items() if "licenses" not in each]
    assert len(unlicensed) < len(listed) / 10  # those that declare it by a file alone


def test_the_sbom_has_the_dependencies_of_the_product(sbom: dict[str, Any]) -> None:
    needed = {each["ref"]: each.get("dependsOn", []) for each in sbom["dependencies"]}
    seen: set[str] = set()
    ahead = [sbom["metadata"]["component"]["bom-ref"]]
    while ahead:
        ref = ahead.pop()
        if ref not in seen:
            seen.add(ref)
            ahead += needed[ref]
    assert seen == needed.keys()  # everything is there for a reason that leads to the product
