"""Checks of the log group of a new mover. Two calls."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from graph.aws import log_groups
from graph.concurrency import together
from graph.model import names
from graph.model.preflight import PreflightCheck
from graph.model.task_settings import TaskSettings
from graph.preflight.probe import Probe
from graph.preflight.results import About

_DATASYNC: Final = "datasync.amazonaws.com"
_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


async def examine_log_group(
    probe: Probe, settings: TaskSettings, about: About
) -> list[PreflightCheck]:
    """Of a mover that has one. In ENHANCED mode, DataSync needs no policy for its own log group."""
    if settings.log_group_arn is None:
        return []
    arn = settings.log_group_arn.removesuffix(":*")
    named = names.arn(arn)
    name, aws = named.resource.removeprefix("log-group:"), probe.at(named.region)
    if named.account != aws.account_id:
        text = f"The log group is in the account {named.account}, where the server does not look."
        return [about.unknown(text, "Use a log group of the account of the mover.")]
    exists, policies = await together(
        probe.ask("logs:DescribeLogGroups", partial(log_groups.log_group_exists, aws, name)),
        probe.ask("logs:DescribeResourcePolicies", partial(log_groups.log_policies, aws)),
    )
    checks = []
    if settings.options.get("LogLevel") == "OFF":
        text = "The option logLevel is OFF, so that nothing is logged."
        checks.append(about.warned(text, "Set it to BASIC or TRANSFER."))
    if settings.mode == "ENHANCED":
        return checks or [about.passed("DataSync logs ENHANCED runs by itself.")]
    if not exists:
        return [about.failed(f"There is no log group '{name}'.", "Create it first.")]
    if not any(admits_datasync(policy, arn) for policy in policies):
        text = "No resource policy of CloudWatch Logs lets DataSync write to the log group."
        fix = f"Let the owner of the account add this one, with logs:PutResourcePolicy, for {arn}."
        checks.append(about.warned(text, fix, [_statement(arn)]))
    return checks or [about.passed("DataSync may write to the log group.")]


def admits_datasync(policy: Mapping[str, Any], arn: str) -> bool:
    """Whether a resource policy lets DataSync write. Its conditions are taken to be met."""
    given = policy.get("Statement") or []
    allowed = [
        each
        for each in ([given] if isinstance(given, dict) else given)
        if isinstance(each, dict)
        and each.get("Effect") == "Allow"
        and _names_datasync(each.get("Principal"))
        and _matches(each.get("Resource"), (f"{arn}:*", arn))
    ]
    return all(
        any(_matches(each.get("Action"), (action,)) for each in allowed) for action in _ACTIONS
    )


def _names_datasync(principal: object) -> bool:
    named = principal.get("Service") if isinstance(principal, dict) else principal
    return bool({"*", _DATASYNC} & set(_listed(named)))


def _matches(patterns: object, texts: Iterable[str]) -> bool:
    return any(
        fnmatch.fnmatchcase(text.lower(), pattern.lower())
        for pattern in _listed(patterns)
        for text in texts
    )


def _listed(given: object) -> list[str]:
    found = given if isinstance(given, list) else [given]
    return [each for each in found if isinstance(each, str)]


def _statement(arn: str) -> dict[str, Any]:
    return {
        "Sid": "DataSyncLogs",
        "Effect": "Allow",
        "Principal": {"Service": _DATASYNC},
        "Action": list(_ACTIONS),
        "Resource": f"{arn}:*",
    }
