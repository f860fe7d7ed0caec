"""What is known beforehand of a create or a start: whether it would fail, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from graph.model.advice import RunSide


class CheckStatus(Enum):
    """The result of one check."""

    PASS = "PASS"  # noqa: S105 - no password
    WARN = "WARN"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class PreflightFix:
    """What the user can do about a check that did not pass."""

    text: str
    policy_json: str | None = None
    """A policy, or statements for one, to paste."""


@dataclass(frozen=True, slots=True)
class PreflightCheck:
    """One thing that was examined."""

    id: str
    status: CheckStatus
    message: str
    fix: PreflightFix | None = None
    side: RunSide | None = None
    """None for what concerns neither end, or both."""
    path: tuple[str, ...] = ()
    """The place in the input that it is about, from its root."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """The checks in the order in which they are to be read."""

    checks: tuple[PreflightCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is known that would make it fail."""
        return all(check.status is not CheckStatus.FAIL for check in self.checks)
