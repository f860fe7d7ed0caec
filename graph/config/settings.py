"""Every setting: its type, its bounds and what it means."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.auth import DEFAULT, Key, clear_key, default_key, read_keys, read_keys_file

PREFIX: Final = "DATASYNC_API_"
_ADDRESS: Final = re.compile(
    r"(\[[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?\]|[^\s:/\[\]]*):(?P<port>[0-9]{1,5})"
)
_STORE: Final = re.compile(r"sqlite:///(?!:memory:|file:|\?).+|postgresql(\+psycopg)?://.+")
"""No database in memory: each connection would have its own."""
COSTS: Final = range(4, 17)
"""Of a token: from bcrypt's least to the most that a server can be set to take."""
USUAL_COST: Final = 12
"""The most that a server takes where its settings do not say otherwise."""


class SettingsError(Exception):
    """Stops the start, with a sentence that names the setting."""


class KeySettings(BaseSettings):
    """Who may call: all that it takes to make a token."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    token: SecretStr | None = Field(
        None,
        description="The pre-shared key, which may do everything: callers send a bcrypt hash of "
        "it. 1 to 72 bytes. Required unless there are keys.",
    )
    keys: Annotated[tuple[Key, ...], NoDecode] = Field(
        (), description="A TOML file of `[[keys]]` tables: several keys, each with its rights."
    )
    token_max_cost: int = Field(
        USUAL_COST,
        ge=COSTS[0],
        le=COSTS[-1],
        description="Hashes of a higher bcrypt cost are refused, not computed.",
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

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """The named ones, and the one that is a setting of its own."""
        if self.token is None:
            return self.keys
        return (default_key(self.token.get_secret_value().encode()), *self.keys)


class Settings(KeySettings):
    listen: str = Field("127.0.0.1:8080", description="Address and port to serve on.")
    org: str = Field(
        description="The organisation whose movers are served, as in the tag `spinup:org`.",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
    )
    region: str = Field("us-east-1", description="The AWS region to work in.")
    role: str = Field(
        description="Name of the management role that is assumed in each account.",
        pattern=r"^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$",
        max_length=128,
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
        repr=False,  # it may hold a password
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged: debug, info, warning or error."
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
    task_quota: int | None = Field(
        None,
        ge=1,
        description="Tasks that AWS allows in an account; where it is not set, AWS refuses one "
        "more only when it is made.",
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
    call_seconds: float = Field(
        20,
        ge=1,
        le=300,
        description="How long one call to AWS may take, its retries included; a list takes up to "
        "three times that.",
    )
    poll_seconds: float = Field(
        1.0, ge=0.05, le=60, description="Between two looks at a run that moves."
    )
    retry_seconds: float = Field(
        1.0, gt=0, le=60, description="The first wait of an operation before it tries again."
    )

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

    @field_validator("store_url")
    @classmethod
    def _of_a_known_store(cls, url: str) -> str:
        if not re.fullmatch(r"sqlite:///.+|postgresql(\+psycopg)?://.+", url):
            raise ValueError("has to be sqlite:///FILE or postgresql://..")
        return url

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        found = _ADDRESS.fullmatch(listen)
        if found is None or int(found["port"]) > 65_535:  # noqa: PLR2004 - the last port
            raise ValueError(f"'{listen}' is not ADDRESS:PORT")
        return listen

    @field_validator("store_url")
    @classmethod
    def _a_file_or_postgresql(cls, url: str) -> str:
        if not _STORE.fullmatch(url):  # not shown: it may hold a password
            raise ValueError("sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME is wanted")
        return url

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - `:8080` says so


def table() -> str:
    """All settings as a Markdown table, as it stands in the README."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else f"`{field.default or ''}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)
