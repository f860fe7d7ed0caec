"""The authenticated caller and its rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.model.resources import Resource, ResourceRule


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller."""

    name: str
    """The name of the key, as recorded in logs and operations."""
    on_behalf_of: str | None = None
    """The end user that the caller acts for, if its key is trusted to name one."""
    may_write: bool = True
    """Whether the caller may create, start, stop and delete."""
    may_audit: bool = False
    """Whether the caller may read the audit trail of its accounts and groups."""
    accounts: frozenset[str] | None = None
    """None: every account that the server serves."""
    groups: frozenset[str] | None = None
    """None: every group, and movers without one."""
    resources: frozenset[ResourceRule] | None = None
    """The rules for resources of movers. None: every resource if ``groups`` is None too, and
    otherwise none."""

    @property
    def who(self) -> str:
        """The key and the end user as one text, for logs and records."""
        return f"{self.name} for {self.on_behalf_of}" if self.on_behalf_of else self.name

    def sees_account(self, account_id: str) -> bool:
        return self.accounts is None or account_id in self.accounts

    def sees(self, account_id: str, group: str | None) -> bool:
        """Whether the caller may see the movers and operations of a group."""
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
        """The caller with additional rules, except those of groups that it may not see."""
        if self.uses_everything:
            return self
        own = [rule for rule in rules if self.groups is None or rule.group in self.groups]
        return replace(self, resources=(self.resources or frozenset()) | frozenset(own))
