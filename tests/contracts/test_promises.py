"""Promises that the documents make, and coding rules that can be counted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graph.aws.client.service_models import datasync_model
from graph.locations import KINDS
from graph.sandbox.datasync.kinds import KINDS as SANDBOX_KINDS
from graph.schema.locations import TYPES

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-otel.lock")


def test_the_locks_have_hashes_and_no_addresses() -> None:
    for name in LOCKS:
        lock = (ROOT / name).read_text()
        assert "--hash=sha256:" in lock
        assert not re.search(r"https?://|--index-url|--find-links", lock)


@pytest.mark.parametrize("project", ["ide", "tests/clients"])
def test_every_package_from_npm_is_locked_with_its_hash(project: str) -> None:
    wanted = json.loads((ROOT / project / "package.json").read_text())
    root, *packages = json.loads((ROOT / project / "package-lock.json").read_text())[
        "packages"
    ].values()
    for kind in ("dependencies", "devDependencies"):
        assert root.get(kind, {}) == wanted.get(kind, {})
        assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.get(kind, {}).values())
    assert len(packages) > 50
    assert [each for each in packages if not each["integrity"].startswith("sha512-")] == []


def test_what_traces_need_is_added_to_what_is_always_installed() -> None:
    with_traces, always = (
        set(re.findall(r"^[a-z0-9._-]+(?:\[.+\])?==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements-otel.lock", "requirements.lock")
    )
    assert always < with_traces


def test_a_production_install_has_neither_moto_nor_pytest() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^(moto|pytest|flask)==", lock, re.MULTILINE)


def test_the_locks_keep_extras_so_that_pip_takes_no_newer_version_for_them() -> None:
    for name in LOCKS:
        assert re.search(r"^psycopg\[binary\]==", (ROOT / name).read_text(), re.MULTILINE)


def test_every_kind_of_location_of_aws_is_known_everywhere() -> None:
    model = datasync_model()
    made = [name for name in model.operation_names if name.startswith("CreateLocation")]
    assert len(made) == len(KINDS) == len(SANDBOX_KINDS) == len(TYPES)
    assert KINDS.keys() == SANDBOX_KINDS.keys() == TYPES.keys()
