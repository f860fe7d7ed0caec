"""Inspection of a store: why it cannot be opened, without its password, and its revision."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.store import newest_revision, revision_of, trouble_with
from tests.stores import BOTH, store_url

PASSWORD = "tellnobody"


@pytest.mark.parametrize("kind", BOTH)
async def test_a_store_is_brought_up_to_date_by_opening_it(kind: str, tmp_path: Path) -> None:
    with store_url(kind, tmp_path, empty=True) as url:
        assert revision_of(url) is None
        assert await trouble_with(url) is None
        assert revision_of(url) == newest_revision()
        assert await trouble_with(url) is None


def test_asking_for_the_revision_creates_no_file(tmp_path: Path) -> None:
    assert revision_of(f"sqlite:///{tmp_path}/folder/db.sqlite") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://ann:{PASSWORD}@127.0.0.1:1/db", "127.0.0.1"),
        (f"postgresql://ann:{PASSWORD}@127.0.0.1:port/db", "cannot be understood as a URL"),
        (f"ann:{PASSWORD}", "cannot be understood as a URL"),
        ("", "cannot be understood as a URL"),
    ],
)
async def test_the_reason_is_one_line_without_the_password(url: str, reason: str) -> None:
    told = await trouble_with(url)
    assert told is not None
    assert reason in told
    assert "\n" not in told
    assert PASSWORD not in told


@pytest.mark.parametrize("password", ["127.0.0.1", "failed", "ann", "p%40ss"])
async def test_a_password_is_hidden_wherever_the_driver_repeats_it(password: str) -> None:
    told = await trouble_with(f"postgresql://somebody:{password}@127.0.0.1:1/db")
    clear = str(sa.make_url(f"postgresql://u:{password}@h/d").password)
    assert told is not None
    assert clear not in told


async def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = await trouble_with(f"sqlite:///{tmp_path}/file/db.sqlite")
    assert f"{tmp_path}/file" in str(told)


async def test_a_file_that_is_no_database_is_described(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite"
    file.write_bytes(b"no database at all" * 100)
    told = await trouble_with(f"sqlite:///{file}")
    assert told is not None
    assert "not a database" in told
    assert file.read_bytes() == b"no database at all" * 100
    with pytest.raises(sa.exc.DatabaseError):
        revision_of(f"sqlite:///{file}")


def test_the_revision_of_a_store_that_is_not_reached_is_an_error() -> None:
    with pytest.raises(sa.exc.OperationalError):
        revision_of(f"postgresql://ann:{PASSWORD}@127.0.0.1:1/db")
