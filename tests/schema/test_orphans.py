"""Orphans over GraphQL: what is one, what is not, and what happens to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.store.operations import accepted
from tests.world import LAB, ask, furnish, made, serving, settings, tell

ORPHANS = f"""{{ account(id: "{LAB}") {{ orphans {{
  kind arn uri group createdAt ageSeconds why
}} }} }}"""
CLEAN = """mutation($input: CleanOrphansInput!) { cleanOrphans(input: $input) {
  dryRun orphans { arn } removed { arn } failures { arn message } errors { code message }
} }"""
SOON = {"orphan_minutes": 1e-9}


async def orphans(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask(client, ORPHANS))["account"]["orphans"]
    return found


async def arns(client: httpx.AsyncClient) -> set[str]:
    return {orphan["arn"] for orphan in await orphans(client)}


async def clean(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await ask(client, CLEAN, input={"account": LAB, **given})
    payload: dict[str, Any] = answer["cleanOrphans"]
    assert payload["errors"] == []
    return payload


async def test_the_aliases_of_a_request_share_one_scan(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    role = leftover.role("lost-role")
    aliases = [f'a{n}: account(id: "{LAB}") {{ orphans {{ arn }} }}' for n in range(30)]
    query = f"{{ {' '.join(aliases)} }}"
    async with serving(tmp_path, **SOON) as client:
        answer = await ask(client, query)
        assert [found["orphans"] for found in answer.values()] == [[{"arn": role}]] * 30
        counts = aws.interceptor.counts()
        assert (counts["iam.ListRoles"], counts["iam.GetRole"]) == (1, 1)


async def test_a_location_without_a_task_is_shown_and_removed_with_its_role(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, **SOON) as client:
        await made(client, name="kept")
        kept = leftover.there(aws)
        role = leftover.role("lost-role")
        location = leftover.location(role)
        first, second = await orphans(client)
        assert (first["kind"], first["arn"], first["group"]) == ("LOCATION", location, "g")
        assert first["uri"] == f"s3://from-{LAB}/"
        assert 0 <= first["ageSeconds"] < 60
        assert first["why"] == "no task of the account names it as source or destination"
        assert (second["kind"], second["arn"], second["group"]) == ("ROLE", role, "g")
        assert (second["uri"], second["why"]) == (
            None,
            "only orphaned locations use it",
        )
        dry = await clean(client)
        assert (dry["dryRun"], dry["removed"], dry["failures"]) == (True, [], [])
        assert {orphan["arn"] for orphan in dry["orphans"]} == {role, location}
        assert leftover.there(aws) == kept | {role, location}
        done = await clean(client, dryRun=False)
        assert {orphan["arn"] for orphan in done["removed"]} == {role, location}
        assert (done["dryRun"], done["failures"]) == (False, [])
        assert leftover.there(aws) == kept
        assert await orphans(client) == []


async def test_what_is_younger_than_the_safe_age_is_no_orphan(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    leftover.location(leftover.role("young"))
    async with serving(tmp_path) as client:
        assert await orphans(client) == []
        everything = leftover.there(aws)
        assert (await clean(client, dryRun=False))["removed"] == []
        assert leftover.there(aws) == everything


async def test_what_is_not_the_organisations_is_no_orphan(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    leftover.location(leftover.role("untagged-reader"), [])
    leftover.location(leftover.role("other-reader"), leftover.tags(org="other"))
    leftover.role("another-services", service="ecs-tasks.amazonaws.com")
    leftover.role("elsewhere", path="/spinup/acme-2/g/")
    everything = leftover.there(aws)
    async with serving(tmp_path, **SOON) as client:
        assert await orphans(client) == []
        await clean(client, dryRun=False)
    assert leftover.there(aws) == everything


async def test_what_a_task_uses_is_no_orphan_whoever_made_the_task(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    shared, lonely = leftover.role("shared"), leftover.role("lonely")
    used = leftover.location(shared)
    leftover.task(used, leftover.location(shared, leftover.tags("h")))
    alone = leftover.location(shared)
    async with serving(tmp_path, **SOON) as client:
        assert await arns(client) == {alone, lonely}
        await clean(client, dryRun=False)
        assert {shared, used} <= leftover.there(aws)
        assert not {alone, lonely} & leftover.there(aws)


async def test_ghosts_of_the_tagging_api_are_no_orphans(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    aws.set_pace(ghosts=1_000)
    location = leftover.location(leftover.role("r"))
    async with serving(tmp_path, **SOON) as client:
        assert location in await arns(client)
        leftover.datasync().delete_location(location)
        assert location not in await arns(client)


async def test_what_an_operation_needs_that_is_under_way_is_no_orphan(
    aws: Sandbox, tmp_path: Path
) -> None:
    from graph.store import open_store  # noqa: PLC0415 - beside its use

    furnish(aws, LAB)
    making = leftover.location(
        leftover.role("made", operation="making"), leftover.tags(operation="making")
    )
    deleting = leftover.location(leftover.role("gone", "h"), leftover.tags("h"))
    other = leftover.location(leftover.role("other"))
    async with serving(tmp_path, **SOON) as client:
        assert {making, deleting, other} <= await arns(client)
        async with open_store(settings(tmp_path).store_url) as store:
            await accepted(store, "making", reservation="1")
            await accepted(store, "deleting", kind="DELETE_MOVER", group="h", reservation="2")
        assert {arn.rpartition("/")[2] for arn in await arns(client)} == {
            other.rpartition("/")[2],
            "other",
        }


async def test_only_what_is_meant_goes(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    one, other = leftover.role("one"), leftover.role("other")
    location = leftover.location(other)
    unknown = f"arn:aws:iam::{LAB}:role/spinup/acme/g/none"
    async with serving(tmp_path, **SOON) as client:
        done = await clean(client, arns=[one, other, unknown], dryRun=False)
        assert [orphan["arn"] for orphan in done["removed"]] == [one]
        failures = {failure["arn"]: failure["message"] for failure in done["failures"]}
        assert failures == {
            unknown: "it is not an orphan, or it no longer exists",
            other: f"The role is used by {location.rpartition('/')[2]}.",
        }
        assert (await clean(client, arns=[], dryRun=False))["orphans"] == []
    assert leftover.there(aws) == {other, location}


async def test_what_cannot_be_removed_says_why_and_keeps_nothing_else(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    role = leftover.role("r")
    locations = {leftover.location(role), leftover.location(role)}
    aws.interceptor.add(Fault("DeleteLocation", "error"))
    async with serving(tmp_path, **SOON) as client:
        done = await clean(client, dryRun=False)
        (removed,) = done["removed"]
        stays = locations - {removed["arn"]}
        assert {failure["arn"] for failure in done["failures"]} == stays | {role}
        assert leftover.there(aws) == stays | {role}
        await clean(client, dryRun=False)
    assert leftover.there(aws) == set()


async def test_an_account_that_aws_denies_is_an_error_and_not_an_empty_list(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path, **SOON) as client:
        answer = await tell(client, CLEAN, input={"account": "999999999999"})
        (error,) = answer["data"]["cleanOrphans"]["errors"]
        assert error["code"] == "NOT_FOUND"


async def test_orphans_cost_a_call_a_task_and_location_and_the_pages(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    role = leftover.role("r")
    for index in range(5):
        mine = leftover.tags()
        leftover.task(leftover.location(role), leftover.location(role), f"t{index}", mine)
    lost = leftover.location(role)
    async with serving(tmp_path, **SOON) as client:
        await ask(client, f'{{ account(id: "{LAB}") {{ accountId }} }}')
        aws.interceptor.forget_calls()
        assert await arns(client) == {lost}
    counts = dict(aws.interceptor.counts())
    counts.pop("sts.AssumeRole", None)
    assert counts == {
        "datasync.ListTasks": 1,
        "resourcegroupstaggingapi.GetResources": 1,
        "datasync.ListLocations": 1,
        "iam.ListRoles": 1,
        "datasync.DescribeTask": 5,
        "datasync.DescribeLocationS3": 12,
    }
