"""What is found out about a bucket, and in how many calls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from moto.kms.models import kms_backends

from graph.model.advice import RunSide
from graph.model.location_specs import S3Spec
from graph.model.preflight import CheckStatus, PreflightCheck
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.buckets import (
    BucketSide,
    bucket_of,
    examine_bucket,
    prefix_of,
    storage_class,
)
from graph.preflight.creates import roles_of
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd
from graph.sandbox import Fault, Sandbox
from tests.aws.test_choices import client
from tests.world import LAB, OTHER

SOURCE = BucketSide("lab-b", "", MoverEnd(RunSide.SOURCE, ("source", "s3")))
DESTINATION = replace(SOURCE, end=MoverEnd(RunSide.DESTINATION, ("destination", "s3")))


@pytest.fixture
def roles(probe: Probe) -> MoverRoles:
    return roles_of(probe.aws, "g")


def statuses(checks: list[PreflightCheck]) -> dict[str, str]:
    return {check.id: check.status.value for check in checks}


def s3(account: str = LAB) -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - after it is extended

    return s3_backends[account]["aws"]


def spent(aws: Sandbox) -> int:
    return sum(n for call, n in aws.interceptor.counts().items() if call.startswith("s3."))


async def test_a_bucket_that_nothing_is_wrong_with_passes_in_four_calls(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(LAB, "lab-b", {"a": b"1"})
    for given, last in ((SOURCE, "source-sample"), (DESTINATION, "bucket-versioning")):
        aws.interceptor.forget_calls()
        found = statuses(await examine_bucket(probe, given, roles))
        assert spent(aws) == 4
        assert set(found.values()) == {"PASS"}
        assert list(found)[:3] == ["bucket-exists", "bucket-region", "bucket-policy"]
        assert list(found)[-1] == last


async def test_a_bucket_that_does_not_exist_fails_and_is_not_examined_further(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    (check,) = await examine_bucket(probe, SOURCE, roles)
    assert (check.id, check.status) == ("bucket-exists", CheckStatus.FAIL)
    assert check.path == ("source", "s3", "bucketArn")
    assert spent(aws) == 1, aws.interceptor.calls()


async def test_a_bucket_of_another_account_comes_with_the_policy_that_it_needs(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(OTHER, "lab-b")
    aws.interceptor.forget_calls()
    exists, policy = await examine_bucket(probe, DESTINATION, roles)
    assert (exists.status, policy.status) == (CheckStatus.UNKNOWN, CheckStatus.WARN)
    assert policy.fix is not None
    statements = json.loads(policy.fix.policy_json or "")["Statement"]
    assert {each["Resource"] for each in statements} == {
        "arn:aws:s3:::lab-b",
        "arn:aws:s3:::lab-b/*",
    }
    assert spent(aws) == 1, aws.interceptor.calls()


async def test_what_a_bucket_denies_encrypts_or_keeps_is_said(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(LAB, "lab-b", {"a": b"1"})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::lab-b/*",
    }
    s3().put_bucket_policy("lab-b", json.dumps({"Statement": [deny]}).encode())
    key = f"arn:aws:kms:us-east-1:{LAB}:key/k"
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3().put_bucket_encryption("lab-b", {"Rule": {"ApplyServerSideEncryptionByDefault": rule}})
    s3().put_bucket_versioning("lab-b", "Enabled")
    found = await examine_bucket(probe, DESTINATION, roles)
    assert statuses(found) == {
        "bucket-exists": "PASS",
        "bucket-region": "PASS",
        "bucket-policy": "FAIL",
        "bucket-encryption": "WARN",
        "bucket-versioning": "WARN",
    }
    assert key in found[3].message


async def test_a_key_that_is_disabled_fails_and_one_of_aws_passes(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    kms = client("kms")
    aws.bucket(LAB, "lab-b")
    for manager, state, expected in (
        ("CUSTOMER", "Disabled", "FAIL"),
        ("AWS", "Enabled", "PASS"),
        ("CUSTOMER", "Enabled", "WARN"),
    ):
        made = kms.create_key()["KeyMetadata"]
        key = kms_backends[LAB]["us-east-1"].keys[made["KeyId"]]
        key.key_manager, key.key_state = manager, state
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": made["Arn"]}
        given = {"Rule": {"ApplyServerSideEncryptionByDefault": rule}}
        s3().put_bucket_encryption("lab-b", given)
        found = await examine_bucket(Probe(probe.aws), DESTINATION, roles)
        assert statuses(found)["bucket-encryption"] == expected


async def test_a_sample_of_the_source_shows_what_datasync_leaves_out(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(LAB, "lab-b", {"in/a": b"1", "in//b": b"1", "in/c/../d": b"1", "other/x": b"1"})
    s3().put_object("lab-b", "in/e", b"1", storage="GLACIER")
    found = await examine_bucket(probe, replace(SOURCE, prefix="in/"), roles)
    messages = [check.message for check in found if check.id == "source-sample"]
    assert [message.partition(" of the first 4")[0] for message in messages] == [
        "1",
        "The keys of 2",
    ]
    empty = replace(SOURCE, prefix="none/", end=replace(SOURCE.end, deletes=True))
    *_, check = await examine_bucket(Probe(probe.aws), empty, roles)
    assert check.status is CheckStatus.WARN
    assert "would delete everything" in check.message


async def test_a_bucket_of_another_region_is_read_there(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(LAB, "lab-b", {"a": b"1"})
    s3().get_bucket("lab-b").region_name = "eu-west-1"
    found = await examine_bucket(probe, SOURCE, roles)
    assert statuses(found)["bucket-region"] == "WARN"
    assert spent(aws) == 4


async def test_without_permissions_everything_is_unknown_and_says_which(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    aws.bucket(LAB, "lab-b", {"a": b"1"})
    aws.interceptor.add(Fault("s3.GET", "denied", count=9))
    found = await examine_bucket(probe, SOURCE, roles)
    unknown = {check.id: check for check in found if check.status is CheckStatus.UNKNOWN}
    assert set(unknown) == {"bucket-policy", "bucket-encryption", "source-sample"}
    fix = unknown["bucket-encryption"].fix
    assert fix is not None
    assert "s3:GetEncryptionConfiguration" in fix.text


def test_small_objects_and_access_points_are_told_apart() -> None:
    path = ("destination", "s3")
    plain = S3Spec(bucket_arn="arn:aws:s3:::b")
    assert storage_class(plain, path) == []
    (check,) = storage_class(replace(plain, storage_class="DEEP_ARCHIVE"), path)
    assert "below 40 KB" in check.message
    assert bucket_of(plain) == "b"
    point = f"arn:aws:s3:us-east-1:{LAB}:accesspoint/p"
    assert bucket_of(S3Spec(bucket_arn=point)) is None
    assert (prefix_of(None), prefix_of("/a/b/"), prefix_of("/")) == ("", "a/b/", "")
