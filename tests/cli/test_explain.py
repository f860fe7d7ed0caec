"""The command that explains a token."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.cli import main
from tests.auth.issuers.provider import AUDIENCE, URL, claims, key_set, token

ISSUERS = f"""
[[issuers]]
name = "research"
issuer = "{URL}"
audience = "{AUDIENCE}"
jwks_file = "keys.json"
[[issuers.rules]]
name = "admins"
claim = "roles"
values = ["admin"]
audit = true
[[issuers.rules]]
name = "lab-writers"
claim = "roles"
values = ["writer"]
write = true
accounts = ["222222222222"]
groups = ["lab"]
regions = ["eu-west-1"]
[[groups]]
name = "lab"
resources = ["arn:aws:s3:::lab-*"]
"""


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(ISSUERS)
    (tmp_path / "keys.json").write_text(key_set())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATASYNC_API_ISSUERS", "issuers.toml")


def current(**changes: object) -> str:
    now = int(time.time())
    return token(body=claims(**{"iat": now, "exp": now + 600} | changes))


def test_an_accepted_token_is_explained(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = current()
    (tmp_path / "token").write_text(f"{given}\n")
    assert main(["token", "--explain", "token"]) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert lines[:5] == [
        f"issuer    research ({URL})",
        "rule      admins: does not match",
        "rule      lab-writers: matches",
        "accepted  by the rule research/lab-writers",
        "caller    research:ann",
    ]
    assert lines[5].startswith("until     20")
    assert lines[6:] == [
        "may       read, run, write, clean",
        "accounts  222222222222",
        "regions   eu-west-1",
        "groups    lab",
        "resources arn:aws:s3:::lab-*",
    ]
    assert given not in printed


@pytest.mark.parametrize("before", ["Bearer ", "Authorization: Bearer ", "authorization:bearer "])
def test_a_header_may_be_pasted_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{before}{current()}\n"))
    assert main(["token", "--explain", "-"]) == 0
    assert "accepted  by the rule research/lab-writers" in capsys.readouterr().out


REJECTED: list[tuple[Callable[[], str], str]] = [
    (lambda: "nonsense", "rejected  the token does not consist of three parts in base64url"),
    (token, "rejected  the token was issued in the future (iat)"),
    (lambda: current(aud="x"), "rejected  the token is for another audience (aud)"),
    (
        lambda: current(roles=[]),
        "rejected  no rule of the issuer research matches the token of ann",
    ),
]


@pytest.mark.parametrize("number", range(len(REJECTED)))
def test_a_rejected_token_has_its_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    given, why = REJECTED[number]
    monkeypatch.setattr("sys.stdin", io.StringIO(given()))
    assert main(["token", "--explain", "-"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == why


def test_a_file_that_cannot_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--explain", "/nowhere"]) == 2
    assert capsys.readouterr().err.startswith("datasync-api: the token in /nowhere: ")


def test_a_header_cannot_be_made_without_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token"]) == 2
    assert "no key is configured" in capsys.readouterr().err
