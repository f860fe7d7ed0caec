"""Which rights the claims of a token give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.auth.rejected import Kind, Rejected
from graph.model import names
from graph.model.caller import Rights
from graph.model.errors import Invalid
from graph.model.resources import ResourceRule
from graph.model.verbs import Verb

MOST_VALUES: Final = 500
"""Of one claim. A token with more is rejected."""
_SCOPES: Final = ("scope", "scp")
"""The claims whose text is a list of scopes, separated by spaces."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives rights to the tokens that match all of its conditions.

    A pattern may capture ``group`` or ``account``, not both: rights are the product of accounts and
    groups, which would combine an account of one value with the group of another. Beside ``group``,
    it may capture a ``role``, which decides what the caller may do in that group.
    """

    name: str
    rights: Rights
    claim: str | None = None
    values: frozenset[str] = frozenset()
    """One of these has to be among the values of the claim."""
    pattern: re.Pattern[str] | None = None
    """In the place of ``values``: it has to match one of them as a whole."""
    scope: str | None = None
    """Has to be among the scopes of the token."""
    roles: tuple[tuple[str, frozenset[Verb]], ...] = ()
    """What each role may do in its group, if the pattern captures one. Others give nothing."""
    resource_rules: tuple[ResourceRule, ...] = ()
    """Those of all groups."""

    @property
    def captures(self) -> frozenset[str]:
        return frozenset(self.pattern.groupindex if self.pattern else ())

    def rights_for(self, claims: Mapping[str, Any]) -> Rights | None:
        """The rights of a token; None if it does not match.

        Raises Rejected for a claim that cannot be evaluated.
        """
        if self.scope is not None and self.scope not in scopes_of(claims):
            return None
        if self.claim is None:
            return self._granted(self.rights)
        values = values_of(claims, self.claim)
        if self.pattern is None:
            return self._granted(self.rights) if self.values & values else None
        found = [match for value in values if (match := self.pattern.fullmatch(value))]
        return self._captured(found) if found else None

    def rights_in(self, group: str | None) -> Rights:
        """The rights of a token that was accepted for a mover of the group."""
        if "group" in self.captures:
            return self._granted(replace(self.rights, groups=frozenset({group or ""})))
        return self._granted(self.rights)

    def _captured(self, found: Iterable[re.Match[str]]) -> Rights | None:
        """Only values that can be a group or an account count; without one nothing is given."""
        rights = self.rights
        if "group" in self.captures:
            verbs = self._verbs_by_group(found)
            if not verbs:
                return None
            pairs = frozenset((group, verb) for group, found in verbs.items() for verb in found)
            rights = replace(rights, groups=frozenset(verbs), in_groups=pairs)
        elif "account" in self.captures:
            accounts = frozenset(_valid(names.account_id, (match["account"] for match in found)))
            if rights.accounts is not None:
                accounts &= rights.accounts
            if not accounts:
                return None
            rights = replace(rights, accounts=accounts)
        return self._granted(rights)

    def _verbs_by_group(self, found: Iterable[re.Match[str]]) -> dict[str, frozenset[Verb]]:
        """By group that the caller sees, what its roles there allow."""
        roles = dict(self.roles)
        by_group: dict[str, frozenset[Verb]] = {}
        for match in found:
            role = match["role"] if roles else None
            if roles and role not in roles:
                continue
            for group in _valid(names.group, [match["group"]]):
                by_group[group] = by_group.get(group, frozenset()) | roles.get(
                    role or "", frozenset()
                )
        return by_group

    def _granted(self, rights: Rights) -> Rights:
        return rights.granted(self.resource_rules)


def values_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The texts in a claim: one, or a list. A dot leads into an object, as in ``realm.roles``.

    Raises Rejected if there are too many, or if the token says that they are elsewhere.
    """
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, Mapping) and claim in elsewhere:
        raise Rejected(
            Kind.CLAIMS, f"the claim {claim} is too long for the token, which links to it instead"
        )
    if claim in _SCOPES:
        return scopes_of(claims, (claim,))
    given: Any = claims
    if claim in claims:
        given = claims[claim]
    else:
        for part in claim.split("."):
            given = given.get(part) if isinstance(given, Mapping) else None
    return _texts(claim, [given] if isinstance(given, str) else given)


def scopes_of(
    claims: Mapping[str, Any], names_of_claims: tuple[str, ...] = _SCOPES
) -> frozenset[str]:
    """The scopes: a text with spaces in between, or a list. Raises Rejected for too many."""
    found: frozenset[str] = frozenset()
    for claim in names_of_claims:
        given = claims.get(claim)
        found |= _texts(claim, given.split(" ") if isinstance(given, str) else given)
    return found


def _texts(claim: str, given: object) -> frozenset[str]:
    if not isinstance(given, list):
        return frozenset()
    if len(given) > MOST_VALUES:
        raise Rejected(Kind.CLAIMS, f"the claim {claim} has more than {MOST_VALUES} values")
    return frozenset(each for each in given if isinstance(each, str) and each)


def _valid(read: Callable[[str], str], given: Iterable[str | None]) -> Iterable[str]:
    for each in given:
        try:
            if each is not None:
                yield read(each)
        except Invalid:
            continue
