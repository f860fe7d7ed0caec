"""Movers as the original server makes them, by hand: found, shown, started and deleted."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from tests.rest.conftest import MOVERS, RestApi, own_tags
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB, ORG

OPTIONS = {
    "PreserveDeletedFiles": "PRESERVE",
    "TransferMode": "CHANGED",
    "VerifyMode": "ONLY_FILES_TRANSFERRED",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "datasync.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def tags(group: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in own_tags(group).items()]


def role(rest_api: RestApi, group: str, name: str, bucket: str) -> str:
    """The original's: its name tells the mover and the bucket, so that two groups share it."""
    iam = rest_api.boto("iam")
    role_name = f"{name}-{zlib.crc32(bucket.encode()):08x}"
    try:
        made = iam.create_role(
            RoleName=role_name,
            Path=f"/spinup/{ORG}/{group}/",
            AssumeRolePolicyDocument=json.dumps(TRUST),
            Tags=tags(group),
        )
    except iam.exceptions.EntityAlreadyExistsException:
        made = iam.get_role(RoleName=role_name)
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    iam.put_role_policy(
        RoleName=role_name,
        PolicyName="DataSyncBucketAccessPolicy",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    return str(made["Role"]["Arn"])


def s3(rest_api: RestApi, group: str, name: str, bucket: str) -> str:
    made = rest_api.boto("datasync").create_location_s3(
        S3BucketArn=f"arn:aws:s3:::{bucket}",
        S3Config={"BucketAccessRoleArn": role(rest_api, group, name, bucket)},
        Tags=tags(group),
    )
    return str(made["LocationArn"])


def task(
    rest_api: RestApi, group: str, name: str, source: str, destination: str, **more: Any
) -> str:
    made = rest_api.boto("datasync").create_task(
        SourceLocationArn=source,
        DestinationLocationArn=destination,
        Name=name,
        Options=OPTIONS,
        Tags=tags(group),
        **more,
    )
    return str(made["TaskArn"])


def original(rest_api: RestApi, group: str, name: str) -> str:
    """A mover between the two buckets, as the original makes it."""
    ends = [s3(rest_api, group, name, f"{side}-{LAB}") for side in ("from", "to")]
    return task(rest_api, group, name, *ends)


def test_it_lives_on_like_one_of_ours(rest_api: RestApi) -> None:
    before = rest_api.aws.state()[LAB]
    task_arn = original(rest_api, "made", "by-hand")
    http = rest_api.http
    assert http.get(f"{MOVERS}/made").json() == ["by-hand"]
    shown = http.get(f"{MOVERS}/made/by-hand").json()
    assert shown["Task"]["TaskArn"] == task_arn
    assert shown["Source"]["S3"]["LocationUri"] == f"s3://from-{LAB}/"
    assert shown["Tags"] == tags("made")
    run = http.put(f"{MOVERS}/made/by-hand", json={"state": "start"}).json()
    assert http.get(f"{MOVERS}/made/by-hand/runs").json() == [run]
    assert http.get(f"{MOVERS}/made/by-hand/runs/{run}").json()["Status"]
    tries = (http.delete(f"{MOVERS}/made/by-hand").status_code for _ in range(2_000))
    assert next(status for status in tries if status != 409) == 204  # its run ends by itself
    assert rest_api.aws.state()[LAB] == before


def test_a_role_that_two_groups_share_goes_with_the_last(rest_api: RestApi) -> None:
    before = rest_api.aws.state()[LAB]
    for group in ("left", "right"):
        original(rest_api, group, "same")
    shared = set(rest_api.aws.state()[LAB]["roles"]) - set(before["roles"])
    assert len(shared) == 2
    assert rest_api.http.delete(f"{MOVERS}/left/same").status_code == 204
    assert set(rest_api.aws.state()[LAB]["roles"]) >= shared
    assert rest_api.http.get(f"{MOVERS}/right/same").status_code == 200
    assert rest_api.http.delete(f"{MOVERS}/right/same").status_code == 204
    assert rest_api.aws.state()[LAB] == before


def test_one_with_both_sides_in_one_bucket_is_deleted_whole(rest_api: RestApi) -> None:
    before = rest_api.aws.state()[LAB]
    ends = [s3(rest_api, "both", "sides", f"from-{LAB}") for _ in range(2)]
    task(rest_api, "both", "sides", *ends)
    assert rest_api.http.delete(f"{MOVERS}/both/sides").status_code == 204
    assert rest_api.aws.state()[LAB] == before
    assert rest_api.http.delete(f"{MOVERS}/both/sides").status_code == 404


@pytest.mark.parametrize("kind", LOCATIONS)
def test_one_of_any_kind_is_shown_and_deleted_whole(rest_api: RestApi, kind: str) -> None:
    before = rest_api.aws.state()[LAB]
    create = getattr(rest_api.boto("datasync"), f"create_location_{kind.lower()}")
    source = create(**LOCATIONS[kind], Tags=tags("kinds"))["LocationArn"]
    task(rest_api, "kinds", "one", source, s3(rest_api, "kinds", "one", f"to-{LAB}"))
    shown = rest_api.http.get(f"{MOVERS}/kinds/one").json()
    assert list(shown["Source"]) == ["Type", kind]
    assert shown["Source"]["Type"] == kind
    assert shown["Source"][kind]["LocationArn"] == source
    assert "hidden" not in json.dumps(shown)
    assert rest_api.http.delete(f"{MOVERS}/kinds/one").status_code == 204
    assert rest_api.aws.state()[LAB] == before


def test_a_task_without_a_name_does_not_fail_the_list(rest_api: RestApi) -> None:
    ends = [s3(rest_api, "nameless", "x", f"{side}-{LAB}") for side in ("from", "to")]
    arn = rest_api.boto("datasync").create_task(
        SourceLocationArn=ends[0], DestinationLocationArn=ends[1], Tags=tags("nameless")
    )["TaskArn"]
    listed = rest_api.http.get(f"{MOVERS}/nameless")
    assert (listed.json(), listed.headers["X-Items"]) == ([], "0")
    rest_api.boto("datasync").delete_task(TaskArn=arn)


def test_all_of_more_than_a_page_are_listed_and_the_last_is_found(rest_api: RestApi) -> None:
    rest_api.aws.set_pace(tasks=200)
    ends = [s3(rest_api, "many", "x", f"{side}-{LAB}") for side in ("from", "to")]
    named = [f"mover-{number:03}" for number in range(120)]
    for name in named:
        task(rest_api, "many", name, *ends)
    listed = rest_api.http.get(f"{MOVERS}/many")
    assert (listed.json(), listed.headers["X-Items"]) == (named, "120")
    assert rest_api.http.get(f"{MOVERS}/many/{named[-1]}").json()["Task"]["Name"] == named[-1]
