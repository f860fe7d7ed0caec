"""Validation of the names and ids that callers send.

Each function returns its argument unchanged, or raises :class:`Invalid` with the violated rule.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import category

from graph.model.errors import Invalid, InvalidReason

MOVER_NAME_BYTES: Final = 40
"""AWS allows 256; the original server allows 40, and role names contain it."""

_LONGEST: Final = 256
_NEVER: Final = ("Cc", "Cs")
"""Unicode categories: control characters and halves of surrogate pairs."""
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")
_GROUP: Final = re.compile(r"[\w+=,.@:/ -]{1,256}", re.ASCII)
_MOVER: Final = re.compile(r"[a-zA-Z0-9-]+")
_RUN: Final = re.compile(r"exec-[0-9a-f]{17}")
_ARN: Final = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}|):(\S{1,1024})")


_OF_DATASYNC: Final = {
    "agent": re.compile(r"agent/agent-[0-9a-z]{17}"),
    "task": re.compile(r"task/task-[0-9a-f]{17}"),
    "run": re.compile(r"task/task-[0-9a-f]{17}/execution/exec-[0-9a-f]{17}"),
    "location": re.compile(r"location/loc-[0-9a-z]{17}"),
}


class Arn(NamedTuple):
    """An Amazon Resource Name; ``resource`` is everything after the fifth colon."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def arn(text: str, *, path: tuple[str, ...] = ()) -> Arn:
    """The parts of an ARN."""
    match = _ARN.fullmatch(text)
    if match is None:
        raise Invalid(f"'{_shown(text)}' is not a valid ARN.", path=path)
    return Arn(*match.groups())


def datasync_arn(kind: str, text: str) -> Arn | None:
    """The parts of the complete ARN of an agent, task, run or location; None for any other text."""
    match = _ARN.fullmatch(text)
    found = None if match is None else Arn(*match.groups())
    if found is None or found.service != "datasync" or not (found.region and found.account):
        return None
    return found if _OF_DATASYNC[kind].fullmatch(found.resource) else None


def account_id(text: str, *, path: tuple[str, ...] = ("account",)) -> str:
    """The 12 digits of an AWS account."""
    return _checked(_ACCOUNT, text, "account id (12 digits)", *path)


def region(text: str) -> str:
    """The name of an AWS region. Whether AWS has it, and the server serves it, is not checked."""
    return _checked(_REGION, text, "AWS region, such as eu-west-1", "region")


def group(text: str) -> str:
    """The name of a group, as in its tag: up to 256 letters, digits, spaces, ``+=,.@:/_-``."""
    return _checked(
        _GROUP,
        text,
        "group name (1 to 256 of A-Z a-z 0-9 space + = , . @ : / _ -)",
        "group",
    )


def mover_name(text: str) -> str:
    """The name of a new mover. The messages are those of the original server."""
    if not text:
        raise Invalid("Name is a required field", path=("name",), reason=InvalidReason.MISSING)
    if len(text.encode(errors="surrogatepass")) > MOVER_NAME_BYTES:
        raise Invalid(
            f"Name cannot exceed {MOVER_NAME_BYTES} characters ",
            path=("name",),
            reason=InvalidReason.TOO_LONG,
        )
    if not _MOVER.fullmatch(text):
        raise Invalid("Name doesn't match regex ^[a-zA-Z0-9-]+$", path=("name",))
    return text


def may_exist(text: str | None) -> bool:
    """Whether a mover or group of anybody may have that name. None, for no group, may.

    AWS allows letters of any language in tags, but no control characters, which databases may
    reject too.
    """
    return text is None or (
        len(text) <= _LONGEST and not any(category(one) in _NEVER for one in text)
    )


def run_id(text: str) -> str:
    """The id of a run: ``exec-`` and 17 hexadecimal digits."""
    return _checked(_RUN, text, "run id (exec- and 17 hexadecimal digits)", "runId")


def _checked(pattern: re.Pattern[str], text: str, rule: str, *path: str) -> str:
    if not pattern.fullmatch(text):
        raise Invalid(f"'{_shown(text)}' is not a valid {rule}.", path=path)
    return text


def _shown(text: str, limit: int = 80) -> str:
    """A shortened, printable form of an invalid value, on one line."""
    flat = text[: limit + 1].encode("unicode_escape").decode()
    return flat if len(flat) <= limit else f"{flat[:limit]}..."
