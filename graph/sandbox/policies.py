"""Evaluates IAM policy documents: identity, trust and bucket policies."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Statement = dict[str, Any]


def trusts(document: str, kind: str, who: str, **context: str | None) -> bool:
    """Whether a trust policy lets an account (``AWS``) or a service (``Service``) in.

    ``context`` has the values of condition keys, by name without prefix and in lower case, such
    as ``sourceaccount``. A condition on any other key is not met.
    """
    known = {name: value for name, value in context.items() if value is not None}
    return _effect(
        [
            statement
            for statement in _statements(document)
            if _names(statement, kind, who)
            and _applies(statement, known)
            and _covers(statement, "Action", "sts:AssumeRole")
        ]
    )


def allows(documents: Iterable[str | Statement], action: str, resource: str) -> bool:
    """Whether identity policies allow an action; conditions are not evaluated."""
    return _effect(
        [
            statement
            for document in documents
            for statement in _statements(document)
            if _covers(statement, "Action", action) and _covers(statement, "Resource", resource)
        ]
    )


def admits(policy: str | bytes | None, role_arn: str, action: str, resource: str) -> bool:
    """Whether a bucket's policy lets a role of another account in.

    The statement names the role, its account, or everybody; of its conditions only those on
    ``aws:PrincipalArn`` are understood, and a statement with any other does not apply.
    """
    return policy is not None and _effect(
        [
            statement
            for statement in _statements(policy)
            if _names(statement, "AWS", role_arn.split(":")[4], role_arn)
            and _applies(statement, {"principalarn": role_arn})
            and _covers(statement, "Action", action)
            and _covers(statement, "Resource", resource)
        ]
    )


def _effect(statements: list[Statement]) -> bool:
    effects = {statement["Effect"] for statement in statements}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Statement, context: Mapping[str, str]) -> bool:
    return all(
        operator in _OPERATORS
        and name in context
        and any(_OPERATORS[operator](context[name], wanted) for wanted in _listed(value))
        for operator, condition in statement.get("Condition", {}).items()
        for name, value in (
            (key.lower().partition(":")[2], value) for key, value in condition.items()
        )
    )


_OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "ArnLike": fnmatch.fnmatchcase,
    "ArnEquals": fnmatch.fnmatchcase,
    "StringLike": fnmatch.fnmatchcase,
    "StringEquals": str.__eq__,
}


def _statements(document: str | bytes | Statement) -> list[Statement]:
    parsed = document if isinstance(document, dict) else json.loads(document)
    given = parsed.get("Statement", [])
    return [given] if isinstance(given, dict) else list(given)


def _covers(statement: Statement, member: str, wanted: str) -> bool:
    """Whether a pattern matches; actions are compared without regard to case."""
    return any(
        fnmatch.fnmatchcase(wanted.lower(), pattern.lower())
        for pattern in _listed(statement.get(member, []))
    )


def _names(statement: Statement, kind: str, account: str, arn: str | None = None) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    named = _listed(principal.get(kind, []))
    if arn is None:
        return any(given in ("*", account) or given.split(":")[4:5] == [account] for given in named)
    whole = f"arn:{arn.split(':')[1]}:iam::{account}:root"
    return any(given in ("*", account, arn, whole) for given in named)


def _listed(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given
