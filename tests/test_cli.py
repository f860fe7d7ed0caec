"""The command line: what it prints, and what it refuses in one line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bcrypt
import pytest

from graph.cli import main


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


def test_a_new_key_comes_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--new"]) == 0
    header, entry = capsys.readouterr().out.splitlines()
    key = header.removeprefix("# Authorization: Bearer ")
    assert entry == f'sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--key-name", "nobody"], "there is no key 'nobody', but default, ci, by-digest"),
        (["--key-name", "by-digest"], "key 'by-digest' is known by its SHA-256 alone"),
        (["--cost", "13"], "the server refuses a cost above 12"),
        (["--cost", "3"], "a cost is 4 to 31"),
        (["--key-file", "/nowhere"], "the key of /nowhere: "),
        (["--key-file", "/dev/null"], "the key of /dev/null: has to have 1 to 72 bytes"),
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
