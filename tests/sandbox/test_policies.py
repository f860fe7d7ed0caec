"""Buckets of another account: admitted by their policy, or refused as DataSync refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from graph.sandbox import Sandbox
from graph.sandbox.policies import admits, trusts
from tests.sandbox.lab import LAB, OTHER, client, make_location, start

ROLE = f"arn:aws:iam::{LAB}:role/spinup/acme/g/one"
BUCKET = "arn:aws:s3:::theirs"


def policy(**changes: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "s3:ListBucket",
        "Resource": BUCKET,
    }
    return json.dumps({"Statement": [statement | changes]})


def like(pattern: str) -> dict[str, Any]:
    return {"ArnLike": {"aws:PrincipalArn": pattern}}


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        (None, False),
        (policy(), True),
        (policy(Principal="*"), True),
        (policy(Principal={"AWS": [OTHER, LAB]}), True),
        (policy(Principal={"AWS": f"arn:aws:iam::{LAB}:root"}), True),
        (policy(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}), False),
        (policy(Principal={"AWS": f"{ROLE}-2"}), False),
        (policy(Principal={"Service": "datasync.amazonaws.com"}), False),
        (policy(Action="s3:*"), True),
        (policy(Action=["s3:GetObject"]), False),
        (policy(Resource=f"{BUCKET}/*"), False),
        (policy(Resource="arn:aws:s3:::their*"), True),
        (policy(Effect="Deny"), False),
        (policy(Condition=like(f"arn:aws:iam::{LAB}:role/spinup/acme/*")), True),
        (policy(Condition=like(f"arn:aws:iam::{LAB}:role/spinup/other/*")), False),
        (policy(Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
    ],
)
def test_a_bucket_policy_admits_whom_it_names(text: str | None, *, admitted: bool) -> None:
    assert admits(text, ROLE, "s3:ListBucket", BUCKET) is admitted


def trust(**condition: dict[str, str]) -> str:
    return policy(
        Principal={"Service": "datasync.amazonaws.com"},
        Action="sts:AssumeRole",
        Condition=condition,
    )


HOME = f"arn:aws:datasync:us-east-1:{LAB}"


@pytest.mark.parametrize(
    ("text", "trusted"),
    [
        (trust(), True),
        (trust(StringEquals={"aws:SourceAccount": LAB}), True),
        (trust(StringEquals={"aws:SourceAccount": OTHER}), False),
        (trust(ArnLike={"aws:SourceArn": f"{HOME}:*"}), True),
        (trust(ArnLike={"aws:SourceArn": f"arn:aws:datasync:eu-west-1:{LAB}:*"}), False),
        (trust(StringEquals={"sts:ExternalId": "x"}), False),
        (trust(Bool={"aws:SecureTransport": "true"}), False),
    ],
)
def test_a_trust_policy_is_met_by_the_location_it_is_used_for(text: str, *, trusted: bool) -> None:
    context = {"sourceaccount": LAB, "sourcearn": f"{HOME}:location/loc-0"}
    assert trusts(text, "Service", "datasync.amazonaws.com", **context) is trusted


@pytest.fixture
def theirs(lab: Sandbox) -> Sandbox:
    """A bucket of another account, which a role of the lab may use as far as the lab decides."""
    lab.bucket(OTHER, "theirs", {"a": b"x"})
    lab.role(LAB, "reads-theirs", service="datasync.amazonaws.com", bucket="theirs")
    return lab


def location_of_theirs(datasync: Any) -> str:
    made = datasync.create_location_s3(
        S3BucketArn=BUCKET,
        S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{LAB}:role/reads-theirs"},
    )
    return str(made["LocationArn"])


def test_a_bucket_of_another_account_without_a_policy_is_refused(theirs: Sandbox) -> None:
    text = "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket"
    with pytest.raises(ClientError, match=text):
        location_of_theirs(client("datasync"))


@pytest.mark.parametrize("roles", ["reads-*", "*"])
def test_a_shared_bucket_of_another_account_is_copied(theirs: Sandbox, roles: str) -> None:
    theirs.share("theirs", LAB, roles)
    datasync = client("datasync")
    task = datasync.create_task(
        SourceLocationArn=location_of_theirs(datasync),
        DestinationLocationArn=make_location(datasync, "to"),
    )
    _, describe = start(datasync, task["TaskArn"])
    theirs.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert theirs.objects(LAB, f"to-{LAB}") == {"a": b"x"}


def test_a_bucket_that_may_be_listed_and_not_read_fails_the_run(theirs: Sandbox) -> None:
    theirs.share("theirs", LAB)
    datasync = client("datasync")
    source = location_of_theirs(datasync)
    s3_backends[OTHER]["aws"].put_bucket_policy(
        "theirs", policy(Principal={"AWS": f"arn:aws:iam::{LAB}:root"}).encode()
    )
    task = datasync.create_task(
        SourceLocationArn=source, DestinationLocationArn=make_location(datasync, "to")
    )
    _, describe = start(datasync, task["TaskArn"])
    theirs.turn(60)
    run = describe()
    assert run["Status"] == "ERROR"
    assert "could not perform s3:GetObject in bucket theirs" in run["Result"]["ErrorDetail"]
