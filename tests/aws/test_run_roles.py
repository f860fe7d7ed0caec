"""Roles for runs: made once per folder, completed, counted, and in use while their task exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.aws.role_users import users_of
from graph.aws.roles import name_of_role, resources_of_role
from graph.aws.run_roles import MOST, ensure_run_role, run_roles_of
from graph.aws.tasks import describe_task
from graph.model.errors import AccessDenied, Conflict
from graph.model.overrides import RunOverrides
from graph.model.task_files import ManifestSpec, ReportSpec
from graph.sandbox import Fault, Sandbox
from tests.operations.test_updating_files import BOOKS
from tests.runs.lab import Lab, opened

SPEC = ReportSpec(bucket_arn=BOOKS, subdirectory="reports/")


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened(aws, tmp_path) as lab:
        yield lab


async def test_a_role_is_completed_whose_policy_was_not_put(lab: Lab) -> None:
    lab.aws.interceptor.add(Fault("PutRolePolicy", "denied"))
    overrides = RunOverrides(manifest=ManifestSpec(bucket_arn=BOOKS, path="top.csv"))
    with pytest.raises(AccessDenied):
        await lab.runs.start(lab.task, "me", None, overrides)
    assert lab.started() == 0
    await lab.runs.start(lab.task, "me", None, overrides)
    aws = lab.gateway.of(lab.task)
    (role,) = await run_roles_of(aws, "g", lab.task)
    assert await resources_of_role(aws, name_of_role(role)) == [f"{BOOKS}/top.csv"]


async def test_a_mover_has_a_number_of_roles_that_is_in_use_while_it_exists(lab: Lab) -> None:
    aws = lab.gateway.of(lab.task)
    task = await describe_task(lab.gateway, lab.task)
    roles = [
        await ensure_run_role(aws, "g", task, "report", replace(SPEC, subdirectory=f"{n}/"))
        for n in range(MOST)
    ]
    assert await run_roles_of(aws, "g", lab.task) == sorted(roles)
    assert await run_roles_of(aws, "g", f"{lab.task[:-1]}x") == []
    with pytest.raises(Conflict, match=f"{MOST} folders"):
        await ensure_run_role(aws, "g", task, "report", SPEC)
    assert await ensure_run_role(aws, "g", task, "report", replace(SPEC, subdirectory="0/"))
    assert await users_of(aws, roles[:2]) == {role: {lab.task} for role in roles[:2]}
    lab.backend.tasks.clear()
    assert await users_of(aws, roles[:2]) == {}
