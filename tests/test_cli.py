"""The command line: what it prints, and what it refuses in one line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bcrypt
import pytest

from graph.cli import main
from graph.store import newest_revision
from tests.stores import change

TOO_DEAR = "datasync-api: servers reject a cost above 12 unless their TOKEN_MAX_COST allows it\n"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    file = tmp_path / "keys.toml"
    digest = hashlib.sha256(b"x").hexdigest()
    file.write_text(
        f'[[keys]]\nname = "ci"\nkey = "k2"\n[[keys]]\nname = "by-digest"\nsha256 = "{digest}"\n'
    )
    given = {"ORG": "acme", "TOKEN": "k1", "ROLE": "r", "KEYS": str(file)}
    for name, value in given.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    return monkeypatch


@pytest.mark.parametrize(("more", "key"), [([], b"k1"), (["--key-name", "ci"], b"k2")])
def test_a_header_is_ready_for_curl(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: list[str], key: bytes
) -> None:
    assert main(["token", "--cost", "4", *more]) == 0
    name, token = capsys.readouterr().out.strip().split(": ")
    assert name == "X-Auth-Token"
    assert token.startswith("$2b$04$")
    assert bcrypt.checkpw(key, token.encode())


def test_a_client_makes_a_token_without_the_servers_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("mine\n")
    assert main(["token", "--key-file", f"{tmp_path}/key", "--cost", "4", "--plain"]) == 0
    assert bcrypt.checkpw(b"mine", capsys.readouterr().out.strip().encode())


@pytest.mark.parametrize(("cost", "told"), [("12", ""), ("13", TOO_DEAR)])
def test_who_has_no_settings_is_warned_of_a_cost_that_servers_refuse(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cost: str, told: str
) -> None:
    (tmp_path / "key").write_text("mine")
    assert main(["token", "--key-file", f"{tmp_path}/key", "--cost", cost, "--plain"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"$2b${cost}$")
    assert printed.err == told


@pytest.mark.parametrize(
    ("name", "text"),
    [("settings.toml", 'token = "mine"\n'), ("config.json", '{"token": "mine"}')],
)
def test_a_token_needs_no_more_than_the_key(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str,
    text: str,
) -> None:
    (tmp_path / name).write_text(text)
    make = ["token", "--cost", "4", "--plain"]
    assert main([*make, "--config", f"{tmp_path}/{name}"]) == 0
    assert bcrypt.checkpw(b"mine", capsys.readouterr().out.strip().encode())
    monkeypatch.setenv("DATASYNC_API_CONFIG", f"{tmp_path}/{name}")
    assert main(make) == 0
    monkeypatch.setenv("DATASYNC_API_TOKEN", "other")
    assert main(make) == 0
    assert bcrypt.checkpw(b"other", capsys.readouterr().out.splitlines()[-1].encode())


def test_without_a_key_there_is_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token"]) == 2
    assert capsys.readouterr().err.startswith("datasync-api: DATASYNC_API_TOKEN is missing")


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


def test_a_new_key_comes_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--new"]) == 0
    header, entry = capsys.readouterr().out.splitlines()
    key = header.removeprefix("# Authorization: Bearer ")
    assert entry == f'sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--key-name", "nobody"],
            "there is no key 'nobody'; the configured keys are default, ci, by-digest",
        ),
        (["--key-name", "by-digest"], "key 'by-digest' is configured by its SHA-256 only"),
        (["--cost", "13"], "the server rejects a cost above 12"),
        (["--cost", "3"], "the cost must be between 4 and 16"),
        (["--cost", "17", "--key-file", "/dev/stdin"], "the cost must be between 4 and 16"),
        (["--key-file", "/nowhere"], "the key in /nowhere: "),
        (["--key-file", "/dev/null"], "the key in /dev/null: must be 1 to 72 bytes long"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_in_one_line(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    assert main(["token", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"datasync-api: {sentence}")
    assert error.count("\n") == 1


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
