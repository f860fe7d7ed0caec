"""Who is asking, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a valid token stands for."""

    name: str
    """Of the key; goes into logs and operations."""
    on_behalf_of: str | None = None
    """Whom the caller says it acts for, where its key is trusted to say so."""
    may_write: bool = True
    """False: nothing may be created, started, stopped or deleted."""
    accounts: frozenset[str] | None = None
    """None: every account that the server serves."""
    groups: frozenset[str] | None = None
    """None: every group, and movers without one."""

    @property
    def who(self) -> str:
        """The name as it is logged and kept with what the caller did."""
        return f"{self.name} for {self.on_behalf_of}" if self.on_behalf_of else self.name

    def sees_account(self, account_id: str) -> bool:
        return self.accounts is None or account_id in self.accounts

    def sees(self, account_id: str, group: str | None) -> bool:
        """Whether the movers and operations of a group are the caller's to see."""
        return self.sees_account(account_id) and (self.groups is None or group in self.groups)
