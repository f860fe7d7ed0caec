"""Every setting, from the environment or a TOML file."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph import original
from graph.auth import DEFAULT, Key, clear_key, default_key, read_keys, read_keys_file

PREFIX: Final = "DATASYNC_API_"
FILE: Final = f"{PREFIX}CONFIG"
"""Names the TOML file; the environment wins over it."""


class SettingsError(Exception):
    """Stops the start, with a sentence that names the setting."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    listen: str = Field("127.0.0.1:8080", description="Address and port to serve on.")
    org: str = Field(
        description="The organisation whose movers are served, as in the tag `spinup:org`.",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
    )
    token: SecretStr | None = Field(
        None,
        description="The pre-shared key, which may do everything: callers send a bcrypt hash of "
        "it. 1 to 72 bytes. Required unless there are keys.",
    )
    keys: Annotated[tuple[Key, ...], NoDecode] = Field(
        (), description="A TOML file of `[[keys]]` tables: several keys, each with its rights."
    )
    region: str = Field("us-east-1", description="The AWS region to work in.")
    role: str = Field(
        description="Name of the management role that is assumed in each account.",
        pattern=r"^[A-Za-z0-9_+=,.@/-]{1,128}$",
    )
    external_id: SecretStr | None = Field(
        None, description="The external id that the management role asks for."
    )
    accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Accounts to serve, separated by commas; empty means any."
    )
    store_url: str = Field(
        "sqlite:///datasync-api.sqlite",
        description="Where operations are kept: `sqlite:///FILE`, or `postgresql://..` for "
        "several servers.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged: debug, info, warning or error."
    )
    token_max_cost: int = Field(
        12, ge=4, le=16, description="Hashes of a higher bcrypt cost are refused, not computed."
    )
    operation_minutes: float = Field(
        60, gt=0, description="Minutes that an ended operation is kept."
    )
    orphan_minutes: float = Field(
        60,
        gt=0,
        description="What no mover uses is an orphan once it is so old, and what an ended "
        "operation left behind is looked for so long after its end.",
    )
    sweep_seconds: float = Field(
        60,
        ge=0.05,
        description="Between two rounds that remove what ended operations left behind.",
    )
    lease_seconds: float = Field(
        8, gt=0, le=60, description="A server silent for so long is dead; others take over."
    )
    drain_seconds: float = Field(
        10, ge=0, le=300, description="How long a server that stops waits for its operations."
    )
    body_bytes: int = Field(1 << 20, ge=1_024, description="The largest request body that is read.")
    request_seconds: float = Field(
        15,
        gt=0,
        le=3_600,
        description="How long a client may take to send a request, or to take an answer.",
    )
    connections: int = Field(
        10_000, ge=10, description="Connections at a time; who comes beyond them gets a 503."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins whose pages may call, separated by commas, `*` for any; empty: "
        "preflight requests of the REST paths are answered as the original does.",
    )
    poll_seconds: float = Field(
        1.0, ge=0.05, le=60, description="Between two looks at a run that moves."
    )
    retry_seconds: float = Field(
        1.0, gt=0, le=60, description="The first wait of an operation before it tries again."
    )

    @field_validator("token")
    @classmethod
    def _of_bcrypts_length(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            clear_key(token.get_secret_value())
        return token

    @field_validator("keys", mode="before")
    @classmethod
    def _named_keys(cls, given: object) -> object:
        if given == ():  # the default
            return given
        return read_keys_file(given) if isinstance(given, str) else read_keys(given)

    @model_validator(mode="after")
    def _let_somebody_in(self) -> Self:
        if self.token is None and not self.keys:
            raise ValueError(f"{PREFIX}TOKEN is missing: without it or {PREFIX}KEYS none gets in")
        clear = [key.clear for key in self.keys]
        if self.token is not None and self.token.get_secret_value().encode() in clear:
            raise ValueError(f"{PREFIX}KEYS is wrong: one of the keys is {PREFIX}TOKEN too")
        if self.token is not None and DEFAULT in {key.caller.name for key in self.keys}:
            raise ValueError(f"{PREFIX}KEYS is wrong: {PREFIX}TOKEN has the name '{DEFAULT}'")
        return self

    @field_validator("accounts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return (
            tuple(part.strip() for part in given.split(",") if part.strip())
            if isinstance(given, str)
            else given
        )

    @field_validator("accounts")
    @classmethod
    def _twelve_digits(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        for account in accounts:
            if not re.fullmatch("[0-9]{12}", account):
                raise ValueError(f"'{account}' is not an account of 12 digits")
        return accounts

    @field_validator("cors_origins")
    @classmethod
    def _scheme_and_host(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s]+", origin):
                raise ValueError(f"'{origin}' is not an origin such as https://example.org")
        return origins

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not port.isdigit() or int(port) > 65_535 or (":" in host and host[0] != "["):  # noqa: PLR2004
            raise ValueError(f"'{listen}' is not ADDRESS:PORT")
        return listen

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """The named ones, and the one that is a setting of its own."""
        if self.token is None:
            return self.keys
        return (default_key(self.token.get_secret_value().encode()), *self.keys)

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - `:8080` says so


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a start needs to know."""

    settings: Settings
    credentials: Mapping[str, str]
    """Variables for the SDK's default chain, from the original's configuration."""
    understood: tuple[str, ...]
    """How each entry of the original's configuration was, in words for the log."""


def load(file: str | None = None) -> Settings:
    """The settings, checked. Raises SettingsError."""
    return find(file).settings


def find(file: str | None = None) -> Found:
    """The settings with all that comes with them. Raises SettingsError.

    The environment wins over a TOML file, that over the original's configuration; API_CONFIG
    stands for the original's file, and is read in its place.
    """
    _refuse_unknown_variables()
    file = file or os.environ.get(FILE)
    text = _text_of(file) if file else ""
    from_file, source, theirs = {}, "", original.NOTHING
    if os.environ.get(original.VARIABLE):
        source = original.VARIABLE
        theirs = _original(source, original.decode(os.environ[source]))
    if file and not original.is_json(file, text):
        from_file = _from_toml(file, text)
    elif file and not source:
        source, theirs = file, _original(file, text)
    ours = {name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" in os.environ}
    given = {**theirs.settings, **from_file}
    labels = {k: f"{v} in {source}" for k, v in theirs.entries.items() if k not in from_file}
    try:
        settings = Settings(**{k: v for k, v in given.items() if k not in ours})
    except ValidationError as error:
        raise SettingsError(_sentence(error, labels)) from None
    overruled = {theirs.entries[name] for name in theirs.entries if name in ours | from_file.keys()}
    return _found(settings, theirs, source, overruled)


def _found(
    settings: Settings, theirs: original.Original, source: str, overruled: set[str]
) -> Found:
    credentials = theirs.credentials
    if any(name in os.environ for name in credentials):
        credentials, overruled = {}, overruled | {"account.akid", "account.secret"}
    understood = tuple(
        f"{name} in {source}: {'not used, a setting overrules it' if name in overruled else how}"
        for name, how in theirs.understood.items()
    )
    return Found(settings, credentials, understood)


def _refuse_unknown_variables() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in os.environ:
        short = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and short not in known | {"CONFIG", "REQUIRE_SERVICES"}:
            raise SettingsError(f"{name} is not a setting{_nearest(short, known)}")


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error}") from None


def _from_toml(file: str, text: str) -> dict[str, Any]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error}") from None
    for name in given:
        if name not in Settings.model_fields:
            known = set(Settings.model_fields)
            raise SettingsError(f"{name} in {file} is not a setting{_nearest(name, known)}")
    return given


def _original(source: str, text: str) -> original.Original:
    try:
        return original.read(text)
    except ValueError as error:
        raise SettingsError(f"the configuration in {source} is wrong: {error}") from None


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"; {near[0]} is" if near else ""


def _sentence(error: ValidationError, labels: Mapping[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    if not first["loc"]:  # of several settings together: the sentence names them
        return first["msg"].removeprefix("Value error, ")
    setting = str(first["loc"][0])
    name = labels.get(setting) or f"{PREFIX}{setting.upper()}"
    if first["type"] == "missing":
        return f"{name} is missing: {Settings.model_fields[setting].description}"
    return f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}"


def table() -> str:
    """All settings as a Markdown table, as it stands in the README."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else f"`{field.default or ''}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)
