"""The authenticated caller: who it is, and what it may see and do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from graph.model.resources import Resource, ResourceRule
from graph.model.verbs import Verb, with_implied


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is calling: for logs, audit records and fair shares. It never decides what is allowed."""

    key: str
    """The name of the key, or issuer and subject of a token, as in logs and operations."""
    on_behalf_of: str | None = None
    """The end user that the caller acts for, if its key is trusted to name one."""
    credential: str | None = None
    """What the rights come from, if that is not the key: the rule of an issuer, by its name."""

    @property
    def granted_by(self) -> str:
        """The name of the key or rule that decides on the rights."""
        return self.credential or self.key

    @property
    def who(self) -> str:
        """The key and the end user as one text, for logs and records."""
        return f"{self.key} for {self.on_behalf_of}" if self.on_behalf_of else self.key


@dataclass(frozen=True, slots=True)
class Rights:
    """What a caller may see and do. Callers with equal rights are shown the same."""

    may_write: bool = True
    """Whether the caller may create, change and delete in every group that it sees. Includes all of
    ``Verb``."""
    may_run: bool = False
    """Whether it may start, stop and limit runs there."""
    may_clean: bool = False
    """Whether it may list and remove orphans there."""
    may_audit: bool = False
    """Whether the caller may read the audit trail of its accounts and groups."""
    accounts: frozenset[str] | None = None
    """None: every account that the server serves."""
    groups: frozenset[str] | None = None
    """None: every group, and movers without one."""
    regions: frozenset[str] | None = None
    """Those of movers, locations and agents. None: every region that the server serves."""
    in_groups: frozenset[tuple[str, Verb]] = frozenset()
    """What it may do in single groups in addition, if it sees them."""
    resources: frozenset[ResourceRule] | None = None
    """The rules for resources of movers. None: every resource. Where ``groups`` is set, None
    becomes the empty set, which allows none."""

    def __post_init__(self) -> None:
        """Makes equal rights equal values."""
        if self.groups is not None and self.resources is None:
            object.__setattr__(self, "resources", frozenset())
        if self.may_write:
            object.__setattr__(self, "may_run", True)
            object.__setattr__(self, "may_clean", True)
        if self.in_groups:
            object.__setattr__(self, "in_groups", self._further(self.verbs))

    def _further(self, everywhere: frozenset[Verb]) -> frozenset[tuple[str, Verb]]:
        return frozenset(
            (group, verb)
            for group in {group for group, _ in self.in_groups}
            if self.groups is None or group in self.groups
            for verb in with_implied(verb for name, verb in self.in_groups if name == group)
            if verb not in everywhere
        )

    @property
    def verbs(self) -> frozenset[Verb]:
        """What the caller may do in every group that it sees."""
        flags = ((Verb.WRITE, self.may_write), (Verb.RUN, self.may_run))
        return frozenset(v for v, may in (*flags, (Verb.CLEAN, self.may_clean)) if may)

    def verbs_in(self, group: str | None) -> frozenset[Verb]:
        """What the caller may do in a group, if it sees it."""
        return self.verbs | {verb for name, verb in self.in_groups if name == group}

    def may(self, verb: Verb, account_id: str, group: str | None) -> bool:
        """Whether the caller sees a group of an account and may do that there."""
        return self.sees(account_id, group) and verb in self.verbs_in(group)

    def may_somewhere(self, verb: Verb) -> bool:
        """Whether there may be a group in which the caller may do that."""
        return verb in self.verbs or any(verb is each for _, each in self.in_groups)

    def sees_account(self, account_id: str) -> bool:
        return self.accounts is None or account_id in self.accounts

    def sees_region(self, region: str) -> bool:
        return self.regions is None or region in self.regions

    def sees(self, account_id: str, group: str | None) -> bool:
        """Whether the caller may see the movers and operations of a group, in its regions."""
        return self.sees_account(account_id) and (self.groups is None or group in self.groups)

    @property
    def uses_everything(self) -> bool:
        """Whether the caller may use every resource that the server can reach."""
        return self.resources is None

    def may_use(self, account_id: str, group: str | None, resource: Resource) -> bool:
        """Whether a rule allows a resource to the movers of a group."""
        return self.resources is None or any(
            rule.allows(account_id, group, resource) for rule in self.resources
        )

    def may_use_somewhere(self, account_id: str, resource: Resource) -> bool:
        """Whether a rule allows a resource to the movers of any group."""
        return self.resources is None or any(
            rule.allows(account_id, rule.group, resource) for rule in self.resources
        )

    def granted(self, rules: Iterable[ResourceRule]) -> Rights:
        """These rights with additional rules, except those of groups that are not visible."""
        if self.resources is None:
            return self
        own = [rule for rule in rules if self.groups is None or rule.group in self.groups]
        return replace(self, resources=self.resources | frozenset(own))


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller."""

    identity: Identity
    rights: Rights = field(default_factory=Rights)
    expires_at: float | None = None
    """When the credentials expire, in seconds since the epoch; None if they do not."""

    def expires_in(self, now: float) -> float | None:
        """Seconds until then, from ``now`` on."""
        return None if self.expires_at is None else self.expires_at - now
