"""Manifests and reports of single runs: which roles they get, for whom, and for how long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from graph.auth import token_for
from graph.aws.executions import run_of
from graph.aws.task_files import params_of
from graph.model.errors import Conflict, Invalid
from graph.model.overrides import RunOverrides
from graph.model.task_files import ManifestSpec, ReportSpec
from graph.runs.overrides import overrides_like
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend
from tests.operations.stories import DELETE
from tests.operations.test_updating_files import (
    BOOKS,
    FILES,
    LIST,
    REPORT,
    books,
    create,
    file_roles,
    roles_by_part,
)
from tests.runs.lab import Lab
from tests.runs.test_overrides import TASK
from tests.schema.test_orphans import SOON, arns, clean
from tests.world import LAB, ask, ended, serving

__all__ = ["books"]
START: Final = """mutation($mover: ID!, $overrides: RunOverridesInput, $key: String) {
  startMover(input: {mover: $mover, overrides: $overrides, idempotencyKey: $key}) {
    run { id manifest { path roleArn } report { subdirectory roleArn } }
    errors { code message path } } }"""
RERUN: Final = """mutation($run: ID!) { rerun(input: {run: $run}) {
  run { id manifest { path roleArn } report { subdirectory roleArn } }
  errors { code message path } } }"""
PREFLIGHT: Final = """query($mover: ID!, $overrides: RunOverridesInput) {
  preflightStart(mover: $mover, overrides: $overrides) { checks { id status path } } }"""


async def start(client: httpx.AsyncClient, mover: str, **given: Any) -> dict[str, Any]:
    answer = await ask(client, START, mover=mover, **given)
    payload: dict[str, Any] = answer["startMover"]
    return payload


async def started(client: httpx.AsyncClient, mover: str, **given: Any) -> dict[str, Any]:
    payload = await start(client, mover, **given)
    assert payload["errors"] == []
    run: dict[str, Any] = payload["run"]
    return run


async def test_a_run_alone_has_its_files_and_their_roles_go_with_the_mover(
    books: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        mover = (await create(client))["mover"]["id"]
        first = await started(client, mover, overrides=FILES, key="k")
        assert (await started(client, mover, overrides=FILES, key="k"))["id"] == first["id"]
        roles = file_roles()
        made = {first[part]["roleArn"].rpartition("/")[2] for part in FILES}
        books.settle()
        assert books.objects(LAB, f"to-{LAB}") == {"a": b"1"}  # not b and c
        assert any(key.startswith("reports/") for key in books.objects(LAB, f"books-{LAB}"))
        plain = await started(client, mover)
        books.settle()
        again = (await ask(client, RERUN, run=first["id"]))["rerun"]["run"]
        books.settle()
        counts = books.interceptor.counts()
        gone = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert (await ended(client, gone))["status"] == "COMPLETED"
    assert (plain["manifest"], plain["report"]) == (None, None)
    assert (again["manifest"], again["report"]) == (first["manifest"], first["report"])
    assert counts["iam.CreateRole"] == 4
    assert made == roles.keys()
    assert sorted(statements[0]["Resource"] for statements in roles.values()) == [
        f"{BOOKS}/lists/*",
        f"{BOOKS}/reports/*",
    ]
    assert roles_by_part() == []


async def test_the_mover_s_own_roles_are_used_where_they_reach(
    books: Sandbox, tmp_path: Path
) -> None:
    newer = LIST | {"versionId": "v1"}
    below = REPORT | {"subdirectory": "reports/today"}
    async with serving(tmp_path) as client:
        mover = (await create(client, **FILES))["mover"]["id"]
        roles = file_roles()
        run = await started(client, mover, overrides={"manifest": newer, "report": below})
        assert {run[part]["roleArn"].rpartition("/")[2] for part in FILES} == roles.keys()
        books.settle()
        other = {"report": REPORT | {"subdirectory": "reports2/"}}
        run = await started(client, mover, overrides=other)
        assert (run["manifest"]["path"], run["report"]["subdirectory"]) == (
            "lists/a.csv",
            "reports2/",
        )
        assert run["report"]["roleArn"].rpartition("/")[2] not in roles
    assert roles_by_part() == ["manifest", "report", "report"]


async def test_what_contradicts_is_rejected_before_anything_is_made(
    books: Sandbox, tmp_path: Path
) -> None:
    remove = {"options": {"preserveDeletedFiles": "REMOVE"}}
    there = {"report": {"bucketArn": f"arn:aws:s3:::to-{LAB}"}}
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"manifest": LIST, "includes": ["/a"]}, ["manifest"]),
        ({"manifest": LIST, **remove}, ["manifest"]),
        ({"manifest": LIST | {"path": "/x"}}, ["manifest", "path"]),
        ({"manifest": LIST | {"bucketArn": "arn:aws:sqs:::x"}}, ["manifest", "bucketArn"]),
        ({**there, **remove}, ["report", "bucketArn"]),
        ({"report": REPORT | {"outputType": "LONG"}}, ["report", "outputType"]),
    ]
    async with serving(tmp_path) as client:
        mover = (await create(client))["mover"]["id"]
        books.interceptor.forget_calls()
        for overrides, path in cases:
            (error,) = (await start(client, mover, overrides=overrides))["errors"]
            where = ["input", "overrides", *path]
            assert (error["code"], error["path"]) == ("INVALID", where), overrides
            found = (await ask(client, PREFLIGHT, mover=mover, overrides=overrides))[
                "preflightStart"
            ]["checks"]
            (failed,) = [check for check in found if check["status"] == "FAIL"]
            assert failed["path"] == ["overrides", *path] or failed["path"] == where
        task = next(iter(backend().tasks.values()))
        task.settings["Excludes"] = [{"FilterType": "SIMPLE_PATTERN", "Value": "*.tmp"}]
        (error,) = (await start(client, mover, overrides={"manifest": LIST}))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "overrides", "manifest"])
        called = {call.operation for call in books.interceptor.calls()}
        assert called.isdisjoint({"CreateRole", "StartTaskExecution"})


async def test_keys_gain_nothing_by_files_of_runs(books: Sandbox, tmp_path: Path) -> None:
    ends = [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]
    rights: dict[str, dict[str, Any]] = {
        "run": {"run": True, "resources": [*ends, f"{BOOKS}/*"]},
        "lists": {"write": True, "resources": [*ends, f"{BOOKS}/lists/*", f"{BOOKS}/own/*"]},
        "all": {"write": True, "resources": [*ends, f"{BOOKS}/*"]},
    }
    keys = [{"name": name, "key": name, "groups": ["g"], **given} for name, given in rights.items()]
    own = REPORT | {"subdirectory": "own/"}
    async with serving(tmp_path, keys=keys) as client:
        mover = (await create(client, report=own))["mover"]["id"]
        for name, allowed in (
            ("run", ("own",)),
            ("lists", ("own", "manifest")),
            ("all", ("own", "manifest", "report")),
        ):
            client.headers["X-Auth-Token"] = token_for(name, 4)
            asked = {"own": {"report": own}, **{part: {part: FILES[part]} for part in FILES}}
            for part, overrides in asked.items():
                answer = await client.post(
                    "/graphql",
                    json={"query": START, "variables": {"mover": mover, "overrides": overrides}},
                )
                body = answer.json()
                codes = [each["extensions"]["code"] for each in body.get("errors", ())]
                assert codes == ([] if part in allowed else ["FORBIDDEN"]), (name, part, body)
                examined = (await ask(client, PREFLIGHT, mover=mover, overrides=overrides))[
                    "preflightStart"
                ]["checks"]
                refused = [each for each in examined if each["id"] == "resources-allowed"]
                assert bool(refused) is (part not in allowed), (name, part)
                books.settle()
    assert roles_by_part() == ["manifest", "report", "report"]


async def test_a_role_of_runs_is_an_orphan_once_its_mover_is_gone(
    books: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path, **SOON) as client:
        mover = (await create(client))["mover"]["id"]
        run = await started(client, mover, overrides={"report": REPORT})
        role = run["report"]["roleArn"]
        books.settle()
        assert role not in await arns(client)
        backend().tasks.clear()
        assert role in await arns(client)
        removed = (await clean(client, arns=[role], dryRun=False))["removed"]
    assert [each["arn"] for each in removed] == [role]
    assert roles_by_part() == []


SPEC: Final = ReportSpec(bucket_arn=BOOKS, subdirectory="reports/")


async def test_a_start_waits_for_a_role_that_cannot_be_assumed_yet(lab: Lab) -> None:
    lab.aws.set_pace(propagation=3_600)
    lab.clock.hurried = True
    overrides = RunOverrides(report=SPEC)
    with pytest.raises(Invalid, match=r"Unable to assume role.*sts:AssumeRole") as caught:
        await lab.runs.start(lab.task, "me", None, overrides)
    assert caught.value.path == ("overrides",)
    assert lab.started() > 3
    assert sum(lab.clock.slept) <= 20
    await lab.turn(3_600)
    lab.aws.interceptor.forget_calls()
    run = await lab.read(await lab.runs.start(lab.task, "me", None, overrides))
    assert run.files.report == SPEC
    counts = lab.aws.interceptor.counts()
    assert {name: n for name, n in counts.items() if name.startswith("iam.")} == {
        "iam.GetRolePolicy": 1
    }


def test_a_rerun_has_the_files_that_are_not_the_mover_s() -> None:
    other = replace(SPEC, subdirectory="other/")
    roles = {"report": "arn:aws:iam::1:role/r"}
    answer = {"TaskExecutionArn": "r", "Status": "SUCCESS", **params_of({"report": SPEC}, roles)}
    run = run_of(answer)
    for spec, wanted in ((SPEC, None), (other, SPEC)):
        described = params_of({"report": spec}, roles)
        assert overrides_like(run, replace(TASK, described=described), ()).report == wanted
    described = params_of({"manifest": ManifestSpec(bucket_arn=BOOKS, path="a")}, {"manifest": "r"})
    with pytest.raises(Conflict, match="no manifest"):
        overrides_like(run, replace(TASK, described=described), ())
