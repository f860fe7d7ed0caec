"""What commands print besides their answer."""

from __future__ import annotations

import sys


def fail(why: str) -> int:
    complain(why)
    return 2


def complain(why: str) -> None:
    print(f"datasync-api: {why}", file=sys.stderr)  # noqa: T201 - the command's answer
