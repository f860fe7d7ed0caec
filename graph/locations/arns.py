"""Checks that the kinds of locations share: ARNs of a mover's home, and subdirectories."""

from __future__ import annotations

import re
from typing import Final

from graph.locations.kind import Home, Path
from graph.model import names
from graph.model.errors import Invalid, InvalidReason

SUBDIRECTORY: Final = 4_096
"""Characters, as in DataSync's model."""
SPACES: Final = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""``\\p{Zs}``, which Python's expressions do not know: no tab, and no line break."""
ROLE: Final = r"role/[a-zA-Z0-9+=,.@_/-]+"
"""The resource in the ARN of a role."""
_SUBDIRECTORY: Final = re.compile(rf"[a-zA-Z0-9_+./(){SPACES}-]*")


def check_arn(  # noqa: PLR0913 - what an ARN consists of
    arn: str, service: str, form: str, home: Home, path: Path, *, shared: bool = False
) -> None:
    """Raises Invalid unless the ARN is one of that service and form, in the mover's region.

    ``form`` is an expression for the resource, which begins with its type and a slash. ``shared``:
    other accounts may share resources of this type, whose ARNs then name their owner.
    """
    given = names.arn(arn, path=path)
    if given.service != service or not given.account or not re.fullmatch(form, given.resource):
        kind = form.partition("/")[0]
        raise Invalid(f"'{arn}' is not the ARN of a {kind} of {service}.", path=path)
    same("partition", given.partition, home.partition, arn, path)
    same("region", given.region, home.region, arn, path)
    if not shared:
        same("account", given.account, home.account_id, arn, path)


def same(what: str, given: str, wanted: str, arn: str, path: Path) -> None:
    """Raises Invalid unless a part of an ARN is the expected one."""
    if given != wanted:
        raise Invalid(
            f"'{arn}' is not in {what} {wanted}.", path=path, reason=InvalidReason.ELSEWHERE
        )


def check_subdirectory(given: str | None, path: Path) -> None:
    """Raises Invalid for what DataSync's pattern does not allow."""
    if given is None:
        return
    if len(given) > SUBDIRECTORY:
        raise Invalid(
            f"A subdirectory has at most {SUBDIRECTORY} characters.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    if not _SUBDIRECTORY.fullmatch(given):
        raise Invalid(
            "A subdirectory may contain letters, digits, spaces and _ - + . / ( ) only.", path=path
        )
