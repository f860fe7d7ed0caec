"""Makes the checks of a preflight."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from graph.model.advice import RunSide
from graph.model.errors import ApiError
from graph.model.preflight import CheckStatus, PreflightCheck, PreflightFix

SIDES = {"source": RunSide.SOURCE, "destination": RunSide.DESTINATION}
"""By their names in the input."""


@dataclass(frozen=True, slots=True)
class About:
    """What a check is about: it makes the results of that check."""

    id: str
    side: RunSide | None = None
    path: tuple[str, ...] = ()

    def passed(self, message: str) -> PreflightCheck:
        return self._made(CheckStatus.PASS, message)

    def warned(
        self, message: str, fix: str, policy: list[dict[str, Any]] | None = None
    ) -> PreflightCheck:
        return self._made(CheckStatus.WARN, message, fix, policy)

    def failed(
        self, message: str, fix: str, policy: list[dict[str, Any]] | None = None
    ) -> PreflightCheck:
        return self._made(CheckStatus.FAIL, message, fix, policy)

    def unknown(self, message: str, fix: str | None = None) -> PreflightCheck:
        return self._made(CheckStatus.UNKNOWN, message, fix)

    def refused(self, error: ApiError, fix: str) -> PreflightCheck:
        """What the create or start itself would be refused with."""
        return About(self.id, self.side, error.path or self.path).failed(error.message, fix)

    def _made(
        self,
        status: CheckStatus,
        message: str,
        fix: str | None = None,
        policy: list[dict[str, Any]] | None = None,
    ) -> PreflightCheck:
        given = None if policy is None else json.dumps(document(policy), indent=2)
        made = None if fix is None else PreflightFix(fix, given)
        return PreflightCheck(self.id, status, message, made, self.side, self.path)


@dataclass(frozen=True, slots=True)
class MoverEnd:
    """The source or the destination of a mover."""

    side: RunSide
    path: tuple[str, ...] = ()
    """Of its location in the input; empty for one that the input does not describe."""
    deletes: bool = False
    """Whether the mover deletes what the source does not have."""
    exists: bool = False
    """Whether the input names it by the ARN of its location alone."""

    @property
    def writes(self) -> bool:
        return self.side is RunSide.DESTINATION

    def about(self, check: str, *member: str) -> About:
        """``member``: of the location in the input; none for all of it."""
        named = ("locationArn",) if self.exists else member
        return About(check, self.side, (*self.path, *named) if self.path else ())


def document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """The statements as a policy."""
    return {"Version": "2012-10-17", "Statement": statements}
