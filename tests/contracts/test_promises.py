"""Promises that the documents make, and coding rules that can be counted."""

from __future__ import annotations

import re
from pathlib import Path

import botocore.session

from graph.locations import KINDS
from graph.sandbox.datasync.kinds import KINDS as SANDBOX_KINDS
from graph.schema.locations import TYPES

ROOT = Path(__file__).parents[2]


def test_the_locks_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text()
        assert "--hash=sha256:" in lock
        assert not re.search(r"https?://|--index-url|--find-links", lock)


def test_a_production_install_has_neither_moto_nor_pytest() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^(moto|pytest|flask)==", lock, re.MULTILINE)


def test_the_locks_keep_extras_so_that_pip_takes_no_newer_version_for_them() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert re.search(r"^psycopg\[binary\]==", (ROOT / name).read_text(), re.MULTILINE)


def test_every_kind_of_location_of_aws_is_known_everywhere() -> None:
    model = botocore.session.get_session().get_service_model("datasync")
    made = [name for name in model.operation_names if name.startswith("CreateLocation")]
    assert len(made) == len(KINDS) == len(SANDBOX_KINDS) == len(TYPES)
    assert KINDS.keys() == SANDBOX_KINDS.keys() == TYPES.keys()
