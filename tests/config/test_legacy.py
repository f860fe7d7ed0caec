"""The original's configuration is accepted as it is, and a line says how it was understood."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.auth import token_for
from graph.config import legacy
from graph.config.settings import SettingsError
from graph.config.sources import find, load
from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.world import KEY, LAB, ORG, ROLE, furnish

EXAMPLE: dict[str, Any] = {
    "listenAddress": ":8081",
    "account": {
        "region": "eu-west-1",
        "akid": "AKIDAKID",
        "secret": "very secret",
        "externalId": "an external id",
        "role": "some-xa-management-role",
    },
    "flywheel": {
        "namespace": "datasyncapi",
        "redisAddress": "127.0.0.1:6379",
        "redisPassword": "redis secret",
        "redisDatabase": "0",
        "ttl": "1h30m",
    },
    "token": "a key",
    "logLevel": "warn",
    "org": "localdev",
}


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "API_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def written(folder: Path, content: Any, name: str = "config.json") -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def test_every_entry_is_understood(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = find(written(tmp_path, EXAMPLE))
    settings = found.settings
    assert settings.address == ("", 8081)
    assert (settings.region, settings.role, settings.org) == (
        "eu-west-1",
        "some-xa-management-role",
        "localdev",
    )
    assert settings.token
    assert settings.external_id
    assert settings.token.get_secret_value() == "a key"
    assert settings.external_id.get_secret_value() == "an external id"
    assert (settings.operation_minutes, settings.log_level) == (90, "warning")
    assert found.credentials == {
        "AWS_ACCESS_KEY_ID": "AKIDAKID",
        "AWS_SECRET_ACCESS_KEY": "very secret",
    }


def test_each_entry_has_its_line_without_its_secret(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = written(tmp_path, EXAMPLE | {"colour": "blue"})
    lines = dict(line.split(f" in {file}: ") for line in find(file).understood)
    assert lines["listenAddress"] == "LISTEN, :8081"
    assert lines["flywheel.ttl"] == "OPERATION_MINUTES, 90.0"
    assert lines["token"] == "TOKEN, a secret"
    assert lines["account.secret"] == "AWS_SECRET_ACCESS_KEY, a secret"
    assert "instead of Redis" in lines["flywheel.redisaddress"]
    assert lines["colour"] == "unknown; ignored"
    assert len(lines) == 15
    told = "\n".join(lines.values())
    for secret in ("a key", "very secret", "AKIDAKID", "an external id", "redis secret"):
        assert secret not in told


def test_what_is_null_has_its_line_too(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = EXAMPLE | {"logLevel": None, "flywheel": None, "listenAddress": None}
    file = written(tmp_path, content | {"account": EXAMPLE["account"] | {"externalId": None}})
    found = find(file)
    lines = dict(line.split(f" in {file}: ") for line in found.understood)
    for entry in ("logLevel", "account.externalId", "flywheel"):
        assert lines[entry] == "null; the default applies"
    assert lines["listenAddress"] == "absent; LISTEN, :8080, as in the original"
    assert (found.settings.log_level, found.settings.external_id) == ("info", None)


@pytest.mark.parametrize("encoded", [True, False])
def test_the_variable_holds_it_raw_or_in_base64(
    clean: pytest.MonkeyPatch, tmp_path: Path, *, encoded: bool
) -> None:
    text = json.dumps(EXAMPLE)
    clean.setenv("API_CONFIG", base64.b64encode(text.encode()).decode() if encoded else text)
    assert load().org == "localdev"
    # As in the original, the file is not even looked into.
    assert load(written(tmp_path, EXAMPLE | {"org": "other"})).org == "localdev"
    assert load(str(tmp_path / "gone" / "config.json")).org == "localdev"
    # One in TOML has settings of its own.
    toml = written(tmp_path, 'org = "mine"\n', "settings.toml")
    assert (load(toml).org, load(toml).region) == ("mine", "eu-west-1")


def test_the_environment_wins(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean.setenv("DATASYNC_API_ORG", "mine")
    clean.setenv("AWS_ACCESS_KEY_ID", "mine too")
    found = find(written(tmp_path, EXAMPLE))
    assert (found.settings.org, found.credentials) == ("mine", {})
    overruled = [line.split(" in ")[0] for line in found.understood if "overrides" in line]
    assert overruled == ["account.akid", "account.secret", "org"]


def test_without_credentials_the_sdk_looks_for_its_own(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account = EXAMPLE["account"] | {"akid": "", "secret": ""}
    found = find(written(tmp_path, EXAMPLE | {"account": account}))
    assert found.credentials == {}
    assert sum("left to the SDK's default chain" in line for line in found.understood) == 2


def test_it_is_read_as_go_reads_it(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = """\ufeff{"ORG": "first", "org": "last", "Token": "k", "token": null, "x": [1],
      "ACCOUNT": {"Role": "r"}, "account": {"REGION": "eu-west-1"}} and more"""
    settings = load(written(tmp_path, text, "config"))
    assert (settings.org, settings.role, settings.region) == ("last", "r", "eu-west-1")
    assert settings.token
    assert settings.token.get_secret_value() == "k"
    assert settings.address == ("", 8080)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"org": 7}, "org must be a string, not a number"),
        ({"listenAddress": True}, "listenAddress must be a string, not a boolean"),
        ({"account": "x"}, "account must be an object, not a string"),
        ({"account": EXAMPLE["account"] | {"externalId": []}}, "account.externalId must be a st"),
        ({"account": EXAMPLE["account"] | {"secret": ""}}, "akid and account.secret must be given"),
        (
            {"account": EXAMPLE["account"] | {"role": ""}},
            "account.role in .*config.json is missing",
        ),
        ({"token": ""}, "token is empty"),
        ({"token": "x" * 73}, "token in .*config.json is wrong: must be 1 to 72 bytes long"),
        ({"token": "a\0"}, "token in .*config.json is wrong: must not contain NUL"),
        ({"token": None}, "DATASYNC_API_TOKEN is missing"),
        ({"org": None}, "org in .*config.json is missing"),
        ({"flywheel": {"ttl": "soon"}}, "flywheel.ttl: 'soon' is not a duration"),
        ({"flywheel": {"ttl": "0s"}}, "flywheel.ttl in .* is wrong: Input should be greater"),
        ({"listenAddress": "nowhere"}, "listenAddress in .* is wrong: 'nowhere' is not ADDRESS"),
    ],
)
def test_a_wrong_entry_is_named(
    clean: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(written(tmp_path, EXAMPLE | change))


@pytest.mark.parametrize("text", ["", "[]", '{"org": ', "{" * 5, '{"a":' * 100_000, "7"])
def test_what_is_no_object_is_refused(clean: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"the configuration in .*config.json is wrong: "):
        load(written(tmp_path, text))


@pytest.mark.parametrize(
    ("level", "ours"),
    [("error", "error"), ("warn", "warning"), ("debug", "debug"), ("fatal", "error"),
     ("trace", "debug"), ("", "info"), ("loud", "info")],
)  # fmt: skip
def test_a_level_is_translated(
    clean: pytest.MonkeyPatch, tmp_path: Path, level: str, ours: str
) -> None:
    assert load(written(tmp_path, EXAMPLE | {"logLevel": level})).log_level == ours


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60m", 3600), ("1h30m", 5400), ("1.5h", 5400), (".5s", 0.5), ("100ms", 0.1), ("0", 0),
     ("+2s", 2), ("1h1m1s1ms", 3661.001)],
)  # fmt: skip
def test_a_duration_is_gos(text: str, seconds: float) -> None:
    assert legacy.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "60", "m", "1 h", "1h-1m", "-1h", "1d", "+", "1e3s"])
def test_another_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        legacy.duration(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(EXAMPLE)), inner),
)


@given(JSON)
def test_whatever_stands_in_it_there_is_a_sentence_or_an_answer(content: object) -> None:
    try:
        told = list(legacy.read(json.dumps(content)).understood)
    except ValueError as error:
        told = [str(error)]
    assert all(told)


@pytest.mark.timeout(150)  # real servers start in it
async def test_a_server_serves_by_it_alone(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    file, log = tmp_path / "config.json", tmp_path / "log"
    account = {"region": "us-east-1", "role": ROLE, "externalId": "x-1"}
    gone: dict[str, Any] = dict.fromkeys(("ORG", "TOKEN", "ROLE", "EXTERNAL_ID", "LOG_LEVEL"), "")
    server = Server(aws, tmp_path, arguments=["-config", str(file)], log=log, **gone)
    file.write_text(
        json.dumps(
            {
                "account": account,
                "token": KEY,
                "org": ORG,
                "flywheel": {"redisAddress": "r:6379"},
                "logLevel": "error",  # how it was understood is told all the same
            }
        )
    )
    async with server, server.client() as client:
        client.headers["X-Auth-Token"] = token_for(KEY, 4)
        listed = await client.get(f"/v1/datasync/{LAB}/movers")
        assert (listed.status_code, listed.json()) == (200, [])
    assert f"account.role in {file}: ROLE, {ROLE}" in log.read_text()
    assert KEY not in log.read_text()
