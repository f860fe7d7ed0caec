"""Every setting, from the environment or a TOML file."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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
    token: SecretStr = Field(
        description="The pre-shared key: callers send a bcrypt hash of it. 1 to 72 bytes."
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
    lease_seconds: float = Field(
        8, gt=0, le=60, description="A server silent for so long is dead; others take over."
    )
    drain_seconds: float = Field(
        10, ge=0, le=300, description="How long a server that stops waits for its operations."
    )
    task_quota: int | None = Field(
        None,
        ge=1,
        description="Tasks that AWS allows in an account; where it is not set, AWS refuses one "
        "more only when it is made.",
    )
    body_bytes: int = Field(1 << 20, ge=1_024, description="The largest request body that is read.")
    poll_seconds: float = Field(
        1.0, ge=0.05, le=60, description="Between two looks at a run that moves."
    )
    retry_seconds: float = Field(
        1.0, gt=0, le=60, description="The first wait of an operation before it tries again."
    )

    @field_validator("token")
    @classmethod
    def _of_bcrypts_length(cls, token: SecretStr) -> SecretStr:
        if not 0 < len(token.get_secret_value().encode()) <= 72:  # noqa: PLR2004 - bcrypt's bound
            raise ValueError("has to have 1 to 72 bytes")
        return token

    @field_validator("accounts", mode="before")
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

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not port.isdigit() or int(port) > 65_535 or (":" in host and host[0] != "["):  # noqa: PLR2004
            raise ValueError(f"'{listen}' is not ADDRESS:PORT")
        return listen

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - `:8080` says so


def load(file: str | None = None) -> Settings:
    """The settings, checked. Raises SettingsError."""
    file = file or os.environ.get(FILE)
    given = _from_file(file) if file else {}
    known = {name.upper() for name in Settings.model_fields}
    for name in os.environ:
        short = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and short not in known | {"CONFIG", "REQUIRE_SERVICES"}:
            raise SettingsError(f"{name} is not a setting{_nearest(short, known)}")
    from_file = {k: v for k, v in given.items() if f"{PREFIX}{k.upper()}" not in os.environ}
    try:
        return Settings(**from_file)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _from_file(file: str) -> dict[str, Any]:
    try:
        given = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error}") from None
    for name in given:
        if name not in Settings.model_fields:
            known = set(Settings.model_fields)
            raise SettingsError(f"{name} in {file} is not a setting{_nearest(name, known)}")
    return given


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"; {near[0]} is" if near else ""


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = f"{PREFIX}{str(first['loc'][0]).upper()}"
    if first["type"] == "missing":
        return f"{name} is missing: {Settings.model_fields[str(first['loc'][0])].description}"
    return f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}"


def table() -> str:
    """All settings as a Markdown table, as it stands in the README."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else f"`{field.default or ''}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)
