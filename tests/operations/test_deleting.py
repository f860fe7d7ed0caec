"""Deletes, of movers of any origin: what is shared stays, what failed can be repeated."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

import graph.app.services
from graph.operations.retries import RetryPolicy
from graph.sandbox import Fault, Sandbox
from tests import leftover
from tests.operations.by_hand import backend, by_hand
from tests.operations.crash import left
from tests.operations.stories import DELETE, PATH
from tests.world import LAB, ORG, ask, ended, furnish, made, serving

POLICY = f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
  "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::from-{LAB}"}}]}}"""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations that give up soon."""
    monkeypatch.setattr(
        graph.app.services, "RetryPolicy", partial(RetryPolicy, create_seconds=0.05)
    )


def shared_role(aws: Sandbox) -> str:
    """A role under the organisation's path, as the original server makes one a bucket."""
    import boto3  # noqa: PLC0415 - the SDK as any other client of the sandbox has it

    from graph.sandbox.sandbox import REGION  # noqa: PLC0415

    sts = boto3.client("sts", endpoint_url=aws.endpoint, region_name=REGION)
    given = sts.assume_role(
        RoleArn=f"arn:aws:iam::{LAB}:role/management", RoleSessionName="test", ExternalId="x-1"
    )["Credentials"]
    iam = boto3.client(
        "iam",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    trust = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
      "Action": "sts:AssumeRole", "Principal": {"Service": "datasync.amazonaws.com"}}]}"""
    role = iam.create_role(
        RoleName="one-12345", Path=f"/spinup/{ORG}/g/", AssumeRolePolicyDocument=trust
    )
    iam.put_role_policy(
        RoleName="one-12345",
        PolicyName="DataSyncBucketAccessPolicy",
        PolicyDocument=POLICY,
    )
    return str(role["Role"]["Arn"])


async def test_a_role_stays_until_the_last_mover_that_uses_it_is_gone(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    role = shared_role(aws)
    by_hand("g", (role, role))
    by_hand("other", (role, role))
    async with serving(tmp_path) as client:
        assert (await client.delete(PATH)).status_code == 204
        assert left(aws, LAB) == (1, 2, 1)
        assert (await client.delete(PATH.replace("/g/", "/other/"))).status_code == 204
    assert left(aws, LAB) == (0, 0, 0)


async def test_a_role_that_a_mover_was_made_with_stays_while_a_location_by_hand_uses_it(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        roles = [
            str(location.params["S3Config"]["BucketAccessRoleArn"])
            for location in backend().locations.values()
        ]
        (role,) = (role for role in roles if "-source-" in role)
        by_hand("other", (role, role))
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == (1, 2, 1)


async def test_a_delete_asks_nothing_of_the_locations_of_other_movers(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        for number in range(6):
            await made(client, name=f"other-{number}")
        await made(client)
        aws.interceptor.forget_calls()
        assert (await client.delete(PATH)).status_code == 204
        calls = aws.interceptor.counts()
    assert calls["datasync.DescribeLocationS3"] == 2
    # Of the task: to find it by its name, and for the locations that it does not own.
    assert calls["datasync.ListTagsForResource"] <= 2
    assert calls["resourcegroupstaggingapi.GetResources"] <= 2
    assert left(aws, LAB) == (6, 12, 12)


async def test_a_location_stays_while_another_mover_uses_it(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    source = by_hand("g", (shared_role(aws),) * 2).source.arn
    backend().create_task(
        {"SourceLocationArn": source, "DestinationLocationArn": source, "Name": "other"}
    )
    async with serving(tmp_path) as client:
        assert (await client.delete(PATH)).status_code == 204
    assert list(backend().locations) == [source]
    assert left(aws, LAB) == (1, 1, 1)


@pytest.mark.parametrize("kinds", [("NFS", "S3"), ("SMB", "NFS"), ("S3", "HDFS")])
async def test_movers_of_every_kind_go_whole(
    aws: Sandbox, tmp_path: Path, kinds: tuple[str, str]
) -> None:
    furnish(aws, LAB)
    by_hand("g", (shared_role(aws),) * 2, kinds)
    async with serving(tmp_path) as client:
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == (0, 0, 0 if "S3" in kinds else 1)


async def test_what_is_gone_already_is_no_obstacle(aws: Sandbox, tmp_path: Path) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    furnish(aws, LAB)
    role = shared_role(aws)
    task = by_hand("g", (role, role))
    iam_backends[LAB]["aws"].delete_role_policy("one-12345", "DataSyncBucketAccessPolicy")
    iam_backends[LAB]["aws"].delete_role("one-12345")
    del backend().locations[task.destination.arn]
    async with serving(tmp_path) as client:
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == (0, 0, 0)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("call", ["DeleteLocation", "ListRolePolicies", "DeleteRole"])
async def test_a_delete_that_failed_half_way_is_repeated_until_nothing_is_left(
    aws: Sandbox, tmp_path: Path, call: str
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        aws.interceptor.add(Fault(call, "error", count=1_000))
        refused = await client.delete(PATH)
        assert refused.status_code == 502
        assert refused.text.startswith("The mover could not be deleted completely")
        assert left(aws, LAB)[0] == 0
        aws.interceptor.clear()
        assert (await client.delete(PATH)).status_code == 204
        assert left(aws, LAB) == (0, 0, 0)
        assert (await client.delete(PATH)).status_code == 404
        again = (await ask(client, DELETE, id=mover))["deleteMover"]
        assert [error["code"] for error in again["errors"]] == ["NOT_FOUND"]


@pytest.mark.usefixtures("hasty")
async def test_a_delete_that_failed_is_repeated_by_id_and_after_a_restart(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        aws.interceptor.add(Fault("DeleteLocation", "error", count=1_000))
        assert (await client.delete(PATH)).status_code == 502
        aws.interceptor.clear()
    async with serving(tmp_path) as client:
        again = (await ask(client, DELETE, id=mover))["deleteMover"]
        assert (await ended(client, again["operation"]["id"]))["status"] == "COMPLETED"
    assert left(aws, LAB) == (0, 0, 0)


@pytest.mark.parametrize("fault", [None, "denied"])
async def test_a_policy_that_others_attach_to_a_role_does_not_keep_its_mover(
    aws: Sandbox, tmp_path: Path, fault: str | None
) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    furnish(aws, LAB)
    iam = iam_backends[LAB]["aws"]
    policy = iam.create_policy("everywhere", "/", POLICY, "", {})
    async with serving(tmp_path) as client:
        mover = await made(client)
        role, *others = [each for each in iam.roles.values() if each.name.startswith("one-")]
        assert len(others) == 1
        iam.attach_role_policy(policy.arn, role.name)
        if fault:
            aws.interceptor.add(Fault("DetachRolePolicy", fault, count=100))
        operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]
        end = await ended(client, operation["id"])
        if fault:
            assert end["status"] == "FAILED"
            assert (
                f"The policy {policy.arn} is attached to the role {role.name}"
                in end["failure"]["message"]
            )
            assert left(aws, LAB) == (0, 0, 1), "the other role is gone"
            aws.interceptor.clear()
            assert (await client.delete(PATH)).status_code == 204
        else:
            assert end["status"] == "COMPLETED", end
    assert left(aws, LAB) == (0, 0, 0)


@pytest.mark.parametrize("why", ["instance profile", "denied"])
async def test_a_role_that_cannot_be_deleted_is_reported_and_does_not_keep_the_other(
    aws: Sandbox, tmp_path: Path, why: str
) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    furnish(aws, LAB)
    iam = iam_backends[LAB]["aws"]
    async with serving(tmp_path) as client:
        mover = await made(client)
        role = next(each for each in iam.roles.values() if each.name.startswith("one-source-"))
        if why == "denied":
            aws.interceptor.add(Fault("DeleteRole", "denied"))
        else:
            iam.create_instance_profile("p-1", "/", [])
            iam.add_role_to_instance_profile("p-1", role.name)
        operation = (await ask(client, DELETE, id=mover))["deleteMover"]["operation"]
        end = await ended(client, operation["id"])
        assert end["status"] == "FAILED"
        assert why in end["failure"]["message"] or "iam:DeleteRole" in end["failure"]["message"]
        assert left(aws, LAB) == (0, 0, 1), "the other role is gone"
        if why != "denied":
            iam.remove_role_from_instance_profile("p-1", role.name)
        assert (await client.delete(PATH)).status_code == 204
    assert left(aws, LAB) == (0, 0, 0)


@pytest.mark.parametrize("count", [5, 250])
async def test_a_delete_costs_the_same_however_many_movers_the_account_has(
    aws: Sandbox, tmp_path: Path, count: int
) -> None:
    """Those of the original server included, which have no marks and roles of their own."""
    furnish(aws, LAB)
    aws.set_pace(tasks=count + 10)
    names = ["one", *(f"m-{number}" for number in range(count)), "two"]
    roles = {name: leftover.role(f"{name}-12345") for name in names}
    for name in names:
        by_hand("g", (roles[name], roles[name]), name=name)
    async with serving(tmp_path) as client:
        for name in ("one", "two"):
            aws.interceptor.forget_calls()
            assert (await client.delete(PATH.replace("one", name))).status_code == 204
            counts = aws.interceptor.counts()
            pages = ("ListTasks", "ListLocations", "GetResources")
            rest = {k: n for k, n in counts.items() if k.partition(".")[2] not in pages}
            assert sum(rest.values()) <= 35, rest
            assert rest["datasync.DescribeLocationS3"] <= 2 + 2 * min(count + 1, 10), rest
        aws.interceptor.forget_calls()
        paths = [PATH.replace("one", f"m-{number}") for number in range(3)]
        answers = await asyncio.gather(*(client.delete(path) for path in paths))
        assert [answer.status_code for answer in answers] == [204] * 3
        assert aws.interceptor.counts()["datasync.DescribeLocationS3"] <= 3 * 14
    assert left(aws, LAB) == (count - 3, 2 * (count - 3), count - 3)
