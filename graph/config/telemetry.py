"""Settings of the log and of metrics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from graph.observability.logs import LogFormat

_MOST: Final = 10
"""Classes: each is a value of a label of every metric that counts calls to AWS."""
_OTHER: Final = "other"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


class TelemetrySettings(BaseSettings):
    """A part of ``Settings``."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="The least severe messages to log: debug, info, warning or error. Of "
        "libraries, warnings and errors are logged.",
    )
    log_format: LogFormat = Field(
        "text",
        description="The format of the log's lines: `text` for `name=value` pairs, or `json` for "
        "an object per line.",
    )
    account_classes: Mapping[str, tuple[str, ...]] = Field(
        {},
        description="Accounts by class, such as "
        '`{"production": ["111111111111"], "lab": ["222222222222"]}`: metrics tell calls to AWS '
        "apart by the class of their account. At most 10 classes; all other accounts are of the "
        "class `other`.",
    )

    @field_validator("account_classes")
    @classmethod
    def _few_classes_of_distinct_accounts(
        cls, classes: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, tuple[str, ...]]:
        if len(classes) > _MOST:
            raise ValueError(f"there are {len(classes)} classes; at most {_MOST} are allowed")
        for name, accounts in classes.items():
            if not _NAME.fullmatch(name) or name == _OTHER:
                raise ValueError(
                    f"'{name}' cannot be a class: use small letters, digits and '_', at most 32, "
                    f"and not '{_OTHER}'"
                )
            for account in accounts:
                if not _ACCOUNT.fullmatch(account):
                    raise ValueError(f"'{account}' in '{name}' is not an account id of 12 digits")
        named = Counter(account for accounts in classes.values() for account in set(accounts))
        for account, times in named.items():
            if times > 1:
                raise ValueError(f"account {account} is in {times} classes")
        return classes

    @property
    def classes(self) -> Mapping[str, str]:
        """The class of each account that has one."""
        return {
            account: name for name, accounts in self.account_classes.items() for account in accounts
        }
