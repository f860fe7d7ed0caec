"""Manifests and reports of movers: their roles come and go with them, and runs heed them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from moto.iam.models import iam_backends

import graph.app.services
from graph.auth import token_for
from graph.operations.retries import RetryPolicy
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.operations.by_hand import tags_of_roles
from tests.operations.stories import DELETE, UPDATE
from tests.schema.test_orphans import SOON, clean, orphans
from tests.world import CREATE, LAB, ROLE, ask, ended, furnish, new_mover, serving, tell

SHOWN: Final = """query($id: ID!) { node(id: $id) { ... on Mover {
  manifest { bucketArn path versionId roleArn } report { bucketArn subdirectory outputType
  reportLevel skipped roleArn } } } }"""
START: Final = """mutation($id: ID!) { startMover(input: {mover: $id}) {
  run { id } errors { code } } }"""
RUN: Final = """query($id: ID!) { node(id: $id) { ... on Run {
  statusText manifest { path } report { bucketArn } reportResult { status } } } }"""
BOOKS: Final = f"arn:aws:s3:::books-{LAB}"
LIST: Final = {"bucketArn": BOOKS, "path": "lists/a.csv"}
REPORT: Final = {
    "bucketArn": BOOKS,
    "subdirectory": "reports/",
    "outputType": "STANDARD",
    "reportLevel": "SUCCESSES_AND_ERRORS",
    "overrides": {"skipped": "ERRORS_ONLY"},
}
FILES: Final = {"manifest": LIST, "report": REPORT}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations that give up soon."""
    monkeypatch.setattr(
        graph.app.services, "RetryPolicy", partial(RetryPolicy, create_seconds=0.05)
    )


@pytest.fixture
def books(aws: Sandbox) -> Sandbox:
    """A bucket with a manifest beside those of the mover, and runs that take no time."""
    furnish(aws, a=b"1", b=b"2", c=b"3")
    aws.bucket(LAB, f"books-{LAB}", {"lists/a.csv": b'"a"\nmissing\n'})
    aws.set_pace(launch=0, phase=0, per_object=0, listing=0, verifying=0)
    return aws


def file_roles() -> dict[str, list[dict[str, Any]]]:
    """By the name of each role that is not of a bucket or of the server: its statements."""
    found = {}
    for role in iam_backends[LAB]["aws"].roles.values():
        if role.name != ROLE and role.name.split("-")[-2] not in ("source", "destination"):
            (document,) = role.policies.values()
            found[role.name] = json.loads(document)["Statement"]
    return found


def roles_by_part() -> list[str]:
    return sorted(name.split("-")[-2] for name in file_roles())


async def create(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    payload = (await ask(client, CREATE, input=new_mover() | given))["createMover"]
    assert payload["errors"] == []
    return await ended(client, payload["operation"]["id"])


async def update(client: httpx.AsyncClient, mover: str, **change: Any) -> dict[str, Any]:
    payload = (await ask(client, UPDATE, input={"mover": mover, **change}))["updateMover"]
    assert payload["errors"] == [], payload
    return await ended(client, payload["operation"]["id"])


async def shown(client: httpx.AsyncClient, mover: str) -> dict[str, Any]:
    node: dict[str, Any] = (await ask(client, SHOWN, id=mover))["node"]
    return node


async def test_a_mover_has_its_files_and_their_roles_until_it_is_deleted(
    books: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        mover = (await create(client, **FILES))["mover"]["id"]
        node = await shown(client, mover)
        roles = {name.split("-")[-2]: statements for name, statements in file_roles().items()}
        run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
        books.settle()
        ran = (await ask(client, RUN, id=run))["node"]
        gone = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]["id"]
        assert (await ended(client, gone))["status"] == "COMPLETED"
    assert roles == {
        "manifest": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                "Resource": f"{BOOKS}/lists/a.csv",
            }
        ],
        "report": [
            {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"{BOOKS}/reports/*"}
        ],
    }
    assert node["manifest"].pop("roleArn").rpartition("/")[2].startswith("one-manifest-")
    assert node["report"].pop("roleArn").rpartition("/")[2].startswith("one-report-")
    assert node["manifest"] == LIST | {"versionId": None}
    levels = {"skipped": "ERRORS_ONLY"}
    assert node["report"] == {k: v for k, v in REPORT.items() if k != "overrides"} | levels
    # The listed file that is missing is an error; the others of the source are left alone.
    assert books.objects(LAB, f"to-{LAB}") == {"a": b"1"}
    assert (ran["statusText"], ran["reportResult"]) == ("ERROR", {"status": "SUCCESS"})
    assert (ran["manifest"], ran["report"]) == ({"path": LIST["path"]}, {"bucketArn": BOOKS})
    written = books.objects(LAB, f"books-{LAB}")
    (listed,) = [json.loads(body) for key, body in written.items() if "transferred" in key]
    assert [item["TransferStatus"] for item in listed["Transferred"]] == ["FAILED", "SUCCESS"]
    assert all(key.startswith(("reports/", "lists/")) for key in written)
    assert (roles_by_part(), tags_of_roles()) == ([], [])


async def test_a_create_that_fails_leaves_no_role(
    books: Sandbox, tmp_path: Path, hasty: None
) -> None:
    books.interceptor.add(Fault("CreateTask", "denied"))
    async with serving(tmp_path) as client:
        failed = await create(client, **FILES)
    assert failed["status"] == "FAILED"
    assert "Left behind" not in failed["failure"]["message"]
    assert (roles_by_part(), tags_of_roles()) == ([], [])


async def test_files_are_set_replaced_and_cleared_with_their_roles(
    books: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        mover = (await create(client))["mover"]["id"]
        done = await update(client, mover, **FILES, tags=[{"key": "k", "value": "v"}])
        assert done["status"] == "COMPLETED", done
        assert roles_by_part() == ["manifest", "report"]
        assert [tags["k"] for tags in tags_of_roles()] == ["v"] * 4
        before = set(file_roles())
        other = {"bucketArn": BOOKS, "subdirectory": "other/"}
        done = await update(client, mover, report=other, tags=[{"key": "k", "value": "w"}])
        assert done["status"] == "COMPLETED", done
        assert roles_by_part() == ["manifest", "report"]
        assert len(before & file_roles().keys()) == 1  # that of the manifest
        assert [tags["k"] for tags in tags_of_roles()] == ["w"] * 4
        assert (await shown(client, mover))["report"]["subdirectory"] == "other/"
        done = await update(client, mover, clear=["MANIFEST", "REPORT"], includes=["/a"])
        assert done["status"] == "COMPLETED", done
        assert await shown(client, mover) == {"manifest": None, "report": None}
        assert roles_by_part() == []


async def test_an_update_that_fails_restores_files_and_roles(
    books: Sandbox, tmp_path: Path, hasty: None
) -> None:
    async with serving(tmp_path) as client:
        mover = (await create(client, report=REPORT))["mover"]["id"]
        before, roles = await shown(client, mover), file_roles()
        books.interceptor.add(Fault("TagRole", "denied"))
        failed = await update(
            client, mover, manifest=LIST, report=LIST_REPORT, tags=[{"key": "k", "value": "v"}]
        )
        assert failed["status"] == "FAILED"
        assert "Not restored" not in failed["failure"]["message"]
        assert (await shown(client, mover), file_roles()) == (before, roles)


LIST_REPORT: Final = {"bucketArn": BOOKS, "outputType": "SUMMARY_ONLY"}


async def test_what_a_run_uses_is_not_replaced_meanwhile(books: Sandbox, tmp_path: Path) -> None:
    books.set_pace(launch=3_600)
    async with serving(tmp_path) as client:
        mover = (await create(client, report=REPORT))["mover"]["id"]
        await ask(client, START, id=mover)
        for change in ({"report": LIST_REPORT}, {"clear": ["REPORT"]}):
            given = {"mover": mover, **change}
            (error,) = (await ask(client, UPDATE, input=given))["updateMover"]["errors"]
            assert error["code"] == "CONFLICT"
        assert (await update(client, mover, manifest=LIST))["status"] == "COMPLETED"


async def test_what_contradicts_is_rejected_before_anything_is_made(
    books: Sandbox, tmp_path: Path
) -> None:
    remove = {"options": {"preserveDeletedFiles": "REMOVE"}}
    there = {"bucketArn": f"arn:aws:s3:::to-{LAB}"}
    async with serving(tmp_path) as client:
        mover = (await create(client, name="two", includes=["/a"]))["mover"]["id"]
        books.interceptor.forget_calls()
        for given, path in (
            ({"manifest": LIST, "includes": ["/a"]}, ["manifest"]),
            ({"manifest": LIST, **remove}, ["manifest"]),
            ({"manifest": LIST | {"path": "/x"}}, ["manifest", "path"]),
            ({"manifest": LIST | {"path": "a*"}}, ["manifest", "path"]),
            ({"manifest": LIST | {"bucketArn": "arn:aws:sqs:::x"}}, ["manifest", "bucketArn"]),
            ({"manifest": LIST | {"versionId": ""}}, ["manifest", "versionId"]),
            ({"report": there, **remove}, ["report", "bucketArn"]),
            ({"report": REPORT | {"outputType": "LONG"}}, ["report", "outputType"]),
            ({"report": REPORT | {"outputType": "SUMMARY_ONLY"}}, ["report", "reportLevel"]),
            ({"report": REPORT | {"subdirectory": "a?"}}, ["report", "subdirectory"]),
            (
                {"report": REPORT | {"overrides": {"deleted": "ALL"}}},
                ["report", "overrides", "deleted"],
            ),
        ):
            (error,) = (await ask(client, CREATE, input=new_mover() | given))["createMover"][
                "errors"
            ]
            assert (error["code"], error["path"]) == ("INVALID", ["input", *path]), given
        for given, path in (
            ({"manifest": LIST}, ["manifest"]),  # the mover has a filter
            ({"report": there, **remove}, ["report", "bucketArn"]),
            ({"report": REPORT, "clear": ["REPORT"]}, ["clear"]),
        ):
            asked = {"mover": mover, **given}
            (error,) = (await ask(client, UPDATE, input=asked))["updateMover"]["errors"]
            assert (error["code"], error["path"]) == ("INVALID", ["input", *path]), given
        called = {call.operation for call in books.interceptor.calls()}
        assert called.isdisjoint({"CreateRole", "UpdateTask", "CreateTask"})
    assert roles_by_part() == []


async def test_limited_keys_need_rules_for_the_buckets_of_files(
    books: Sandbox, tmp_path: Path
) -> None:
    ends = [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]
    rules = {"none": [], "lists": [f"{BOOKS}/lists/*"], "all": [f"{BOOKS}/*"]}
    keys = [
        {"name": name, "key": name, "write": True, "groups": ["g"], "resources": [*ends, *more]}
        for name, more in rules.items()
    ]
    async with serving(tmp_path, keys=keys) as client:
        mover = (await create(client, name="two", **FILES))["mover"]["id"]
        for name, allowed in (("none", ()), ("lists", ("manifest",)), ("all", tuple(FILES))):
            client.headers["X-Auth-Token"] = token_for(name, 4)
            for part, given in FILES.items():
                asked = new_mover(name=f"{name}-{part}") | {part: given}
                answer = await tell(client, CREATE, input=asked)
                refused = [each["extensions"]["argument"] for each in answer.get("errors", ())]
                expected = [] if part in allowed else [["input", part, "bucketArn"]]
                assert refused == expected, (name, part)
            started = await tell(client, START, id=mover)
            codes = [each["extensions"]["code"] for each in started.get("errors", ())]
            assert codes == ([] if name == "all" else ["FORBIDDEN"]), started


@pytest.mark.parametrize("end", ["replaced", "cleared"])
async def test_a_role_that_an_update_could_not_remove_is_an_orphan_that_can_be_removed(
    books: Sandbox, tmp_path: Path, hasty: None, end: str
) -> None:
    change = (
        {"report": REPORT | {"subdirectory": "new/"}}
        if end == "replaced"
        else {"clear": ["REPORT"]}
    )
    async with serving(tmp_path, **SOON) as client:
        mover = (await create(client, **FILES))["mover"]["id"]
        (old,) = (name for name in file_roles() if "-report-" in name)
        fault = Fault("iam.DeleteRole", "denied", count=1_000)
        books.interceptor.add(fault)
        changed = await update(client, mover, **change)
        assert changed["status"] == "COMPLETED"
        books.interceptor.clear()
        (orphan,) = await orphans(client)
        assert orphan["arn"].endswith(f"/{old}")
        assert "task" in orphan["why"]
        assert (await clean(client))["orphans"] == [{"arn": orphan["arn"]}]
        assert orphan["arn"] in leftover.there(books)
        done = await clean(client, dryRun=False)
        assert (done["removed"], done["failures"]) == ([{"arn": orphan["arn"]}], [])
        assert orphan["arn"] not in leftover.there(books)
        assert await orphans(client) == []
        parts = ["manifest", "report"] if end == "replaced" else ["manifest"]
        assert roles_by_part() == parts
