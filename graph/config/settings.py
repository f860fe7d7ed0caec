"""All settings: type, bounds, default and description."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.auth import (
    DEFAULT,
    ApiKey,
    Issuer,
    clear_key,
    default_key,
    granted,
    granted_issuers,
    read_groups,
    read_groups_file,
    read_issuers,
    read_issuers_file,
    read_keys,
    read_keys_file,
)
from graph.config.backends import BackendSettings
from graph.config.documents import DocumentSettings
from graph.config.limits import LimitSettings
from graph.config.network import NetworkSettings
from graph.config.served import ServedSettings
from graph.config.telemetry import TelemetrySettings
from graph.model.resources import ResourceRule

PREFIX: Final = "DATASYNC_API_"
_ADDRESS: Final = re.compile(
    r"(\[[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?\]|[^\s:/\[\]]*):(?P<port>[0-9]{1,5})"
)
_STORE: Final = re.compile(r"sqlite:///(?!:memory:|file:|\?).+|postgresql(\+psycopg)?://.+")
"""In-memory databases are excluded: each connection would get its own."""
COSTS: Final = range(4, 17)
"""Bcrypt costs: from the lowest that exists to the highest that a server can be set to accept."""
USUAL_COST: Final = 12
"""The highest cost that a server accepts by default."""


class SettingsError(Exception):
    """A setting is wrong or missing; the message names it. Ends the process with status 2."""


class KeySettings(BaseSettings):
    """The settings that decide who may call; enough to create a token."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    token: SecretStr | None = Field(
        None,
        description="The pre-shared key named `default`, which has all rights. Callers send a "
        "bcrypt hash of it. 1 to 72 bytes. Required unless `KEYS` or `ISSUERS` is set.",
    )
    keys: Annotated[tuple[ApiKey, ...], NoDecode] = Field(
        (),
        description="Path of a TOML file with `[[keys]]` tables: further keys, each with rights of "
        "its own.",
    )
    groups: Annotated[tuple[ResourceRule, ...], NoDecode] = Field(
        (),
        description="Path of a TOML file with `[[groups]]` tables: the resources that the movers "
        "of each group may use. The tables may also be in the file of the keys.",
    )
    issuers: Annotated[tuple[Issuer, ...], NoDecode] = Field(
        (),
        description="Path of a TOML file with `[[issuers]]` tables: identity providers (OIDC) "
        "whose tokens are accepted, and the rights that their claims give.",
    )
    token_max_cost: int = Field(
        USUAL_COST,
        ge=COSTS[0],
        le=COSTS[-1],
        description="The highest bcrypt cost that is accepted in a token, 4 to 16. Tokens with a "
        "higher cost are rejected without computing them.",
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

    @field_validator("groups", mode="before")
    @classmethod
    def _named_groups(cls, given: object) -> object:
        if given == ():  # the default
            return given
        return read_groups_file(given) if isinstance(given, str) else read_groups(given)

    @field_validator("issuers", mode="before")
    @classmethod
    def _named_issuers(cls, given: object) -> object:
        if given == ():  # the default
            return given
        return read_issuers_file(given) if isinstance(given, str) else read_issuers(given)

    @model_validator(mode="after")
    def _let_somebody_in(self) -> Self:
        if self.token is None and not self.keys and not self.issuers:
            raise ValueError(
                f"{PREFIX}TOKEN is missing: set it, {PREFIX}KEYS or {PREFIX}ISSUERS, as nobody "
                "could authenticate otherwise"
            )
        clear = [key.clear for key in self.keys]
        if self.token is not None and self.token.get_secret_value().encode() in clear:
            raise ValueError(f"{PREFIX}KEYS is wrong: one of the keys is the same as {PREFIX}TOKEN")
        if self.token is not None and DEFAULT in {key.name for key in self.keys}:
            raise ValueError(
                f"{PREFIX}KEYS is wrong: the name '{DEFAULT}' is reserved for {PREFIX}TOKEN"
            )
        return self

    @property
    def all_issuers(self) -> tuple[Issuer, ...]:
        """The issuers, with the rules of groups."""
        return granted_issuers(self.issuers, self.groups)

    @property
    def all_keys(self) -> tuple[ApiKey, ...]:
        """The key that has a setting of its own, and the named keys with the rules of groups."""
        keys = granted(self.keys, self.groups)
        if self.token is None:
            return keys
        return (default_key(self.token.get_secret_value().encode()), *keys)


class Settings(
    BackendSettings,
    DocumentSettings,
    LimitSettings,
    NetworkSettings,
    ServedSettings,
    TelemetrySettings,
    KeySettings,
):
    listen: str = Field(
        "127.0.0.1:8080",
        description="The address and port to listen on. `:8080` means all addresses.",
    )
    org: str = Field(
        description="The organisation whose movers are managed, as in the tag `spinup:org`.",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
    )
    role: str = Field(
        description="The name of the management role that the server assumes in each account.",
        pattern=r"^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$",
        max_length=128,
    )
    external_id: SecretStr | None = Field(
        None,
        description="The external id to send when assuming the management role; empty sends none.",
    )
    role_boundary: str | None = Field(
        None,
        description="ARN of a policy to set as the permissions boundary of every role that the "
        "server creates; `{account}` in it stands for the account's id.",
        pattern=r"^arn:aws[a-z-]*:iam::([0-9]{12}|\{account\}|aws):policy/[\w+=,.@/-]+$",
    )
    resource_check: Literal["list", "tag", "none"] = Field(
        "list",
        description="How resources are checked for keys that are limited to groups: `list` "
        "requires a rule under `resources`, `tag` accepts the resource's tag `spinup:spaceid` as "
        "well if it equals the group, `none` allows every resource.",
    )
    store_url: str = Field(
        "sqlite:///datasync-api.sqlite",
        description="The database for operations: `sqlite:///FILE` for one server, or "
        "`postgresql://USER:PASSWORD@HOST/NAME` for several.",
        repr=False,  # it may hold a password
    )
    ide: bool = Field(
        False,  # noqa: FBT003 - the default
        description="Whether browsers that open `/graphql` get GraphiQL, a page for writing and "
        "running GraphQL. Anyone may load the page; what it shows needs a credential. Of no use "
        "with `PERSISTED_ONLY`, which rejects what is written there.",
    )
    operation_minutes: float = Field(
        60, gt=0, description="How long ended operations are kept, in minutes."
    )
    audit_days: float = Field(400, gt=0, description="How long audit records are kept, in days.")
    orphan_minutes: float = Field(
        60,
        gt=0,
        description="How old a resource that no mover uses must be to count as an orphan, in "
        "minutes; also how long after its end the remains of an operation are searched for.",
    )
    sweep_seconds: float = Field(
        60,
        ge=0.05,
        description="How often the remains of ended operations are removed, in seconds.",
    )
    lease_seconds: float = Field(
        8,
        gt=0,
        le=60,
        description="How long after its last heartbeat a server counts as dead and others take "
        "over its operations, in seconds.",
    )
    drain_seconds: float = Field(
        10,
        ge=0,
        le=300,
        description="How long a stopping server waits for its operations to finish, in seconds.",
    )
    prestop_seconds: float = Field(
        0,
        ge=0,
        le=300,
        description="How long a server that is asked to stop continues to serve while `/readyz` "
        "answers 503, in seconds: longer than a load balancer needs to notice.",
    )
    request_seconds: float = Field(
        15,
        gt=0,
        le=3_600,
        description="How long a client may take to send a request or to receive the response, in "
        "seconds.",
    )
    rest_seconds: float = Field(
        25,
        ge=1,
        le=300,
        description="How long a REST request may take, in seconds. A DELETE whose deletion "
        "continues is then answered with 504, any other request with 503.",
    )
    call_seconds: float = Field(
        20,
        ge=1,
        le=300,
        description="How long one call to AWS may take including retries, in seconds. Lists may "
        "take three times as long.",
    )
    poll_seconds: float = Field(
        1.0,
        ge=0.05,
        le=60,
        description="How often a run that is being followed is polled, in seconds.",
    )
    retry_seconds: float = Field(
        1.0,
        gt=0,
        le=60,
        description="How long an operation waits before its first retry, in seconds.",
    )
    settle_seconds: float = Field(
        30,
        gt=0,
        le=300,
        description="How long a call to AWS that was sent but not answered may still take effect, "
        "in seconds. For this long, a create looks for the result before it repeats the call, and "
        "a mover is not started again.",
    )

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
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)
