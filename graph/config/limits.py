"""Settings of what a request and a caller may use."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from graph.model.limits import SHARE_OF_A_USER, ServerLimits

_DEFAULT: Final = ServerLimits()


class LimitSettings(BaseSettings):
    """A part of ``Settings``."""

    body_bytes: int = Field(
        _DEFAULT.body_bytes,
        ge=1_024,
        description="The largest request body that is accepted, in bytes.",
    )
    aws_calls_per_request: int = Field(
        _DEFAULT.calls_per_request,
        ge=100,
        description="The number of calls to AWS that one request may take. A GraphQL document that "
        "could take more is rejected before it is executed.",
    )
    aws_accounts_per_request: int = Field(
        _DEFAULT.accounts_per_request,
        ge=1,
        description="The number of accounts that one request may access. Those in `ACCOUNTS` do "
        "not count.",
    )
    aws_call_budget: int = Field(
        _DEFAULT.call_budget,
        ge=400,
        description="The number of calls to AWS that a key may use at once, in all accounts and "
        "regions. Each end user of a key has a quarter of it. Requests beyond it are rejected as "
        "THROTTLED. At least four times `AWS_CALLS_PER_REQUEST`.",
    )
    aws_calls_per_second: float = Field(
        _DEFAULT.calls_per_second,
        gt=0,
        description="How many calls to AWS are restored to the budget of a key per second.",
    )
    polls_per_second: float = Field(
        5,
        gt=0,
        le=100,
        description="How many polls per second the runs that are being followed may take together "
        "in one account and region. Servers that share a PostgreSQL store share them; with "
        "SQLite, each worker has as many. Requests of users do not wait for polls.",
    )
    activity_seconds: float = Field(
        5,
        ge=1,
        le=60,
        description="How often the movers of an account are listed while somebody follows its "
        "`activity`, in seconds. Servers that share a PostgreSQL store share the lists. They count "
        "as polls, see `POLLS_PER_SECOND`.",
    )
    operations_per_caller: int = Field(
        _DEFAULT.operations_per_caller,
        ge=1,
        description="The number of creates and deletes of one key that may be in progress at the "
        "same time. Further ones are rejected as QUOTA_EXCEEDED.",
    )
    task_quota: int | None = Field(
        None,
        ge=1,
        description="The number of tasks that AWS allows per account and region. If set, a create "
        "beyond it is rejected immediately; if empty, AWS rejects it later.",
    )
    group_quota_percent: float = Field(
        100,
        gt=0,
        le=100,
        description="The share of `TASK_QUOTA` that the movers of one group may use, in percent. "
        "Below 100, a create also reads the tags of the account's tasks.",
    )

    @model_validator(mode="after")
    def _let_each_user_make_the_largest_request(self) -> Self:
        if self.aws_call_budget < SHARE_OF_A_USER * self.aws_calls_per_request:
            raise ValueError(
                "DATASYNC_API_AWS_CALL_BUDGET is wrong: it must be at least four times "
                "DATASYNC_API_AWS_CALLS_PER_REQUEST, as an end user has a quarter of it"
            )
        return self

    @property
    def limits(self) -> ServerLimits:
        """What clients can read of these settings."""
        return ServerLimits(
            body_bytes=self.body_bytes,
            calls_per_request=self.aws_calls_per_request,
            accounts_per_request=self.aws_accounts_per_request,
            call_budget=self.aws_call_budget,
            calls_per_second=self.aws_calls_per_second,
            operations_per_caller=self.operations_per_caller,
        )

    @property
    def group_quota(self) -> int | None:
        """The number of tasks that the movers of one group may be; None for any number."""
        if self.task_quota is None or self.group_quota_percent == 100:  # noqa: PLR2004
            return None
        return max(1, int(self.task_quota * self.group_quota_percent / 100))
