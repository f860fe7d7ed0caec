"""The commands of docs/operate for backup and restore: what the store knows survives them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.cli import main
from graph.store import newest_revision, open_store
from tests.docs.blocks import blocks
from tests.required import miss
from tests.store.operations import new_operation
from tests.stores import fresh_database, migrated_file

PAGE = Path(__file__).parents[2] / "docs" / "operate" / "maintenance.md"


def command(beginning: str) -> str:
    """The block of the handbook that begins so."""
    (found,) = (block.text for block in blocks(PAGE) if block.text.startswith(beginning))
    return found


def run(script: str, folder: Path, **variables: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {**os.environ, "PATH": path, **variables}
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-ec", script],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def fill(url: str) -> None:
    async with open_store(url) as store:
        await store.operations.begin(new_operation("one"))


async def names(url: str) -> list[str]:
    async with open_store(url) as store:
        return [row.mover_name for row in await store.operations.unended()]


@pytest.mark.postgres
async def test_a_dump_of_postgresql_is_restored(tmp_path: Path) -> None:
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        miss("needs pg_dump and pg_restore")
    with ExitStack() as stack:
        old = stack.enter_context(fresh_database())
        new = stack.enter_context(fresh_database(empty=True))
        await fill(old)
        run(command("umask 077 && pg_dump"), tmp_path, STORE_URL=old)
        run(command("pg_restore"), tmp_path, RESTORED_URL=new)
        assert await names(new) == ["one"]
    assert (tmp_path / "datasync.dump").stat().st_mode & 0o77 == 0, "it has the audit trail"


async def test_a_copy_of_sqlite_has_what_is_in_its_log(tmp_path: Path) -> None:
    source = migrated_file(tmp_path / "datasync-api.sqlite")
    async with open_store(source) as store:
        await store.operations.begin(new_operation("one"))
        run(command("umask 077 && python3 -c"), tmp_path)  # while it is in use
    assert (tmp_path / "backup.sqlite").stat().st_mode & 0o77 == 0
    assert await names(f"sqlite:///{tmp_path}/backup.sqlite") == ["one"]


def test_the_schema_is_upgraded_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = {"ORG": "acme", "ROLE": "r", "TOKEN": "k", "STORE_URL": "sqlite:///db.sqlite"}
    for name, value in settings.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    for line in command("datasync-api store upgrade").splitlines():
        assert main(line.split()[1:]) == 0
    assert capsys.readouterr().out.split() == [newest_revision()] * 2
