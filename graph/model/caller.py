"""Who is asking, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.model.resources import Resource, ResourceRule


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a valid token stands for."""

    name: str
    """Of the key; goes into logs and operations."""
    on_behalf_of: str | None = None
    """Whom the caller says it acts for, where its key is trusted to say so."""
    may_write: bool = True
    """False: nothing may be created, started, stopped or deleted."""
    may_audit: bool = False
    """True: the audit trail of the accounts and groups below may be read."""
    accounts: frozenset[str] | None = None
    """None: every account that the server serves."""
    groups: frozenset[str] | None = None
    """None: every group, and movers without one."""
    resources: frozenset[ResourceRule] | None = None
    """What movers may be made and started with. None: every resource if ``groups`` is None too,
    and otherwise none."""

    @property
    def who(self) -> str:
        """The name as it is logged and kept with what the caller did."""
        return f"{self.name} for {self.on_behalf_of}" if self.on_behalf_of else self.name

    def sees_account(self, account_id: str) -> bool:
        return self.accounts is None or account_id in self.accounts

    def sees(self, account_id: str, group: str | None) -> bool:
        """Whether the movers and operations of a group are the caller's to see."""
        return self.sees_account(account_id) and (self.groups is None or group in self.groups)

    @property
    def uses_everything(self) -> bool:
        """Whether the caller may use every resource that the server can reach."""
        return self.groups is None and self.resources is None

    def may_use(self, account_id: str, group: str | None, resource: Resource) -> bool:
        """Whether a rule allows a resource to the movers of a group."""
        return self.uses_everything or any(
            rule.allows(account_id, group, resource) for rule in self.resources or ()
        )

    def granted(self, rules: Iterable[ResourceRule]) -> Caller:
        """The caller with more rules; those of groups that it does not see are left out."""
        if self.uses_everything:
            return self
        own = [rule for rule in rules if self.groups is None or rule.group in self.groups]
        return replace(self, resources=(self.resources or frozenset()) | frozenset(own))
