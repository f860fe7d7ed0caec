"""Request parameters: how they are stored, and which are rejected."""

from __future__ import annotations

import secrets
from typing import Any, Final

from graph.sandbox.datasync.errors import INVALID_PARAMETER, InvalidRequestException

MOST_TAGS: Final = 50
CONFIGS: Final = ("ManifestConfig", "TaskReportConfig")
"""Members that are removed by an empty value."""
Tags = list[dict[str, str]] | None


def check_account(arn: str, account_id: str) -> None:
    """Rejects ARNs of other accounts, and ARNs that are not DataSync's."""
    parts = arn.split(":")
    if parts[2:3] != ["datasync"] or parts[4:5] != [account_id]:
        raise InvalidRequestException(
            "Invalid parameter: ARN account () must match authenticated user.", INVALID_PARAMETER
        )


def tag_dict(tags: Tags) -> dict[str, str]:
    """Tags as they are stored. Rejects what the service rejects."""
    found = {tag["Key"]: tag.get("Value", "") for tag in tags or []}
    if len(found) > MOST_TAGS:
        raise InvalidRequestException(f"A resource can have at most {MOST_TAGS} tags.")
    return found


def task_settings(params: dict[str, Any]) -> dict[str, Any]:
    """What is stored of a task besides its options. A schedule is enabled by default."""
    schedule = params.get("Schedule") or {}
    empty = [name for name in CONFIGS if name in params and not params[name]]
    kept = {name: value for name, value in params.items() if name not in {"Schedule", *empty}}
    if schedule.get("ScheduleExpression"):
        kept["Schedule"] = {"Status": "ENABLED", **schedule}
    return kept


def run_settings(of_task: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """What is stored of a run: what its start says, and the rest as its task has it."""
    inherited = ("Includes", "Excludes", *CONFIGS)
    return task_settings({name: of_task[name] for name in inherited if name in of_task} | params)


def patterns(rules: list[dict[str, str]] | None) -> list[str]:
    return [part for rule in rules or [] for part in rule["Value"].split("|")]


def random_id() -> str:
    """The 17 hexadecimal digits that DataSync's ids end with."""
    return secrets.token_hex(9)[:17]
