"""The command line: what it prints, and what it refuses in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.cli import main
from graph.store import newest_revision
from tests.stores import change


def test_a_schema_that_is_not_there_is_not_out_of_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["schema", "--check"]) == 2
    assert "schema.graphql does not exist in" in capsys.readouterr().err
    (tmp_path / "schema.graphql").write_text("type Query")
    assert main(["schema", "--check"]) == 2
    assert "is out of date" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["0", "-1", "x", "1.5"])
def test_a_number_of_workers_is_from_one_on(
    capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--workers", workers])
    assert ended.value.code == 2
    assert "number of workers between 1" in capsys.readouterr().err


@pytest.fixture
def store_url(environment: pytest.MonkeyPatch, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/db.sqlite"
    environment.setenv("DATASYNC_API_STORE_URL", url)
    return url


def test_a_store_is_upgraded_ahead_of_the_servers(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = newest_revision()
    for command, printed in (
        ("current", f"none (this version: {newest})\n"),
        ("upgrade", f"{newest}\n"),
        ("current", f"{newest}\n"),
        ("upgrade", f"{newest}\n"),
    ):
        assert main(["store", command]) == 0
        assert capsys.readouterr().out == printed, command
    change(store_url, "UPDATE alembic_version SET version_num = '9999'")
    for command in ("current", "upgrade"):
        assert main(["store", command]) == 0
        assert capsys.readouterr().out == f"9999 (this version: {newest})\n"


@pytest.mark.parametrize(
    "outcome",
    [
        ("current", "the store cannot be read\n"),
        ("upgrade", "the store cannot be upgraded: "),
    ],
)
@pytest.mark.parametrize(
    "url", ["postgresql://ann:tellnobody@127.0.0.1:1/db", "sqlite:///{}/damaged"]
)
def test_a_store_that_cannot_be_opened_is_reported_in_one_line_without_its_password(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    outcome: tuple[str, str],
    url: str,
) -> None:
    command, sentence = outcome
    (tmp_path / "damaged").write_bytes(b"no database" * 100)
    environment.setenv("DATASYNC_API_STORE_URL", url.format(tmp_path))
    assert main(["store", command]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"datasync-api: {sentence}")
    assert printed.err.count("\n") == 1
    assert "tellnobody" not in printed.err


@pytest.mark.parametrize("arguments", [[], ["downgrade"], ["upgrade", "current"]])
def test_a_store_command_is_upgrade_or_current(
    store_url: str, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["store", *arguments])
    assert ended.value.code == 2
    assert not Path(store_url.removeprefix("sqlite:///")).exists()
