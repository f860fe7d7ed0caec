"""Settings: a wrong one stops the start with a sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.cli import main
from graph.config.settings import SettingsError
from graph.config.sources import load


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", ""),
        ("TOKEN", "x" * 73),
        ("ACCOUNTS", "123"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.1/8"),
        ("LISTEN", "nonsense"),
        ("LISTEN", "a:99999"),
        ("LISTEN", "[::1:80"),
        ("LISTEN", "::1:80"),
        ("LISTEN", "a:\u00b2"),
        ("ROLE", "/"),
        ("ROLE", "a//b"),
        ("ROLE", ""),
        ("STORE_URL", ""),
        ("STORE_URL", "foo"),
        ("STORE_URL", "sqlite:"),
        ("STORE_URL", "sqlite://"),
        ("STORE_URL", "sqlite:///"),
        ("STORE_URL", "sqlite:///:memory:"),
        ("STORE_URL", "redis://x"),
        ("STORE_URL", "mysql://h/x"),
        ("LOG_LEVEL", "loud"),
        ("TOKEN_MAX_COST", "31"),
        ("ORG", "a b"),
        ("ROLE", "a b"),
        ("STORE_URL", "mysql://x/y"),
        ("KEYS", ""),
        ("OPERATION_MINUTES", "0"),
        ("LEASE_SECONDS", "soon"),
        ("DRAIN_SECONDS", "-1"),
        ("BODY_BYTES", "1"),
        ("AWS_CALL_BUDGET", "1000"),
        ("AWS_CALLS_PER_REQUEST", "1"),
        ("AWS_CALLS_PER_SECOND", "0"),
        ("ACTIVITY_SECONDS", "0"),
        ("POLLS_PER_SECOND", "0"),
        ("POLLS_PER_SECOND", "101"),
        ("GROUP_QUOTA_PERCENT", "101"),
        ("OPERATIONS_PER_CALLER", "0"),
        ("POLL_SECONDS", "nan"),
        ("RETRY_SECONDS", "61"),
    ],
)
def test_a_wrong_setting_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(f"DATASYNC_API_{name}", value)
    with pytest.raises(SettingsError, match=f"^DATASYNC_API_{name} is wrong: "):
        load()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ('name = "a"\nkey = ""', "KEYS is wrong: key 'a': key must be 1 to 72 bytes long"),
        (
            'name = "a"\nkey = "k"',
            "KEYS is wrong: one of the keys is the same as DATASYNC_API_TOKEN",
        ),
        ('name = "default"\nkey = "l"', "KEYS is wrong: the name 'default' is reserved"),
        ("name = 1", "KEYS is wrong: key 1 must have a name"),
        ("name = ", "KEYS is wrong: the file of keys .* cannot be read"),
    ],
)
def test_a_wrong_key_stops_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path, table: str, sentence: str
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(f"[[keys]]\n{table}\n")
    environment.setenv("DATASYNC_API_KEYS", str(file))
    with pytest.raises(SettingsError, match=f"^DATASYNC_API_{sentence}"):
        load()


def test_the_command_line_says_it_in_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("DATASYNC_API_ORG")
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("datasync-api: DATASYNC_API_ORG is missing")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "DATASYNC_API_STORE_URL is wrong: "),
        (["-config=/nowhere"], "the settings file /nowhere cannot be read"),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_one_line(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    environment.setenv("DATASYNC_API_STORE_URL", "sqlite:////dev/null/db.sqlite")
    environment.delenv("DATASYNC_API_CONFIG", raising=False)
    assert main(["serve", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"datasync-api: {sentence}")


def test_a_secret_is_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATASYNC_API_TOKEN", "very-secret")
    environment.setenv("DATASYNC_API_STORE_URL", "postgresql://me:very-secret@db/x")
    assert "very-secret" not in repr(load())


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        (":80", ("", 80)),
        ("[::1]:80", ("::1", 80)),
        ("[fe80::1%eth0]:80", ("fe80::1%eth0", 80)),
        ("some.host:0", ("some.host", 0)),
    ],
)
def test_an_address_may_be_a_name_or_of_either_kind(
    environment: pytest.MonkeyPatch, listen: str, address: tuple[str, int]
) -> None:
    environment.setenv("DATASYNC_API_LISTEN", listen)
    assert load().address == address


def test_a_password_is_not_in_the_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATASYNC_API_STORE_URL", "postgres://me:very-secret@host/x")
    with pytest.raises(SettingsError) as raised:
        load()
    assert "very-secret" not in str(raised.value)
