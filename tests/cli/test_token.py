"""The command that prints tokens and generates keys."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bcrypt
import pytest

from graph.cli import main

TOO_DEAR = "datasync-api: servers reject a cost above 12 unless their TOKEN_MAX_COST allows it\n"


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
