"""What is found out about an access point, and in how many calls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from graph.model.advice import RunSide
from graph.model.location_specs import S3Spec
from graph.model.preflight import PreflightCheck
from graph.preflight.access_points import examine_access_point
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.creates import roles_of
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd
from graph.sandbox import Fault, Sandbox
from graph.sandbox.access_points import find_access_point
from tests.preflight.test_networks import told
from tests.test_call_counts import spent
from tests.world import LAB, OTHER

SOURCE = MoverEnd(RunSide.SOURCE, ("source", "s3"))
DESTINATION = MoverEnd(RunSide.DESTINATION, ("destination", "s3"))


@pytest.fixture
def roles(probe: Probe) -> MoverRoles:
    return roles_of(probe.aws, "g")


@pytest.fixture
def spec(aws: Sandbox) -> S3Spec:
    aws.bucket(LAB, "lab-b", {"in/a": b"1"})
    return S3Spec(bucket_arn=aws.access_point(LAB, "open", "lab-b"), subdirectory="/in")


@pytest.mark.parametrize("end", [SOURCE, DESTINATION])
async def test_an_access_point_that_nothing_is_wrong_with_passes_in_five_calls(
    aws: Sandbox, probe: Probe, roles: MoverRoles, spec: S3Spec, end: MoverEnd
) -> None:
    aws.interceptor.forget_calls()
    found = await examine_access_point(probe, spec, end, roles)
    assert sum(spent(aws).values()) == 5
    assert set(told(found).values()) == {"PASS"}
    assert {each.path for each in found} == {(*end.path, "bucketArn")}
    last = "bucket-versioning" if end.writes else "source-sample"
    assert list(told(found)) == [
        *("access-point-exists", "bucket-region", "access-point-network", "access-point-policy"),
        *("bucket-policy", "bucket-encryption", last),
    ]


async def test_the_bucket_behind_it_is_examined(
    probe: Probe, roles: MoverRoles, spec: S3Spec
) -> None:
    nothing = replace(spec, subdirectory="/none")
    found = await examine_access_point(probe, nothing, SOURCE, roles)
    assert told(found)["source-sample"] == "WARN"


@pytest.mark.parametrize(
    ("resource", "condition", "expected"),
    [
        ("", None, "FAIL"),
        ("/object/*", None, "FAIL"),
        ("/object/in/*", None, "WARN"),
        ("", {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "WARN"),
    ],
)
async def test_what_the_policy_of_an_access_point_denies_is_found(  # noqa: PLR0913, PLR0917 - the case
    probe: Probe, roles: MoverRoles, spec: S3Spec, resource: str, condition: Any, expected: str
) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"{spec.bucket_arn}{resource}",
        **({"Condition": condition} if condition else {}),
    }
    point = find_access_point(spec.bucket_arn)
    assert point is not None
    point.set_policy(json.dumps({"Statement": [statement]}))
    found = await examine_access_point(probe, spec, SOURCE, roles)
    assert told(found)["access-point-policy"] == expected


async def test_what_is_missing_closed_or_hidden_says_so(
    aws: Sandbox, probe: Probe, roles: MoverRoles, spec: S3Spec
) -> None:
    async def examined(arn: str) -> dict[str, PreflightCheck]:
        given = replace(spec, bucket_arn=arn)
        found = await examine_access_point(Probe(probe.aws), given, SOURCE, roles)
        return {check.id: check for check in found}

    of_vpc = await examined(aws.access_point(LAB, "of-vpc", "lab-b", "vpc-1"))
    assert of_vpc["access-point-network"].status.value == "WARN"
    gone = await examined(spec.bucket_arn.replace("open", "none"))
    assert [check.status.value for check in gone.values()] == ["FAIL"]
    colon = await examined(spec.bucket_arn.replace("/", ":"))
    assert {check.status.value for check in colon.values()} == {"PASS"}
    aws.interceptor.add(Fault("s3control.GET", "denied"))
    (denied,) = (await examined(spec.bucket_arn)).values()
    assert denied.status.value == "UNKNOWN"
    assert "s3:GetAccessPoint" in (denied.fix.text if denied.fix else "")


@pytest.mark.parametrize(
    ("region", "name", "expected"),
    [
        ("eu-west-1", "open", {"access-point-exists": "PASS", "bucket-region": "WARN"}),
        ("mars-1", "open", {"access-point-exists": "UNKNOWN"}),
        ("us-east-1", "xy", {"access-point-exists": "FAIL"}),
    ],
)
async def test_where_an_access_point_is_matters(  # noqa: PLR0913, PLR0917 - the case
    probe: Probe, roles: MoverRoles, spec: S3Spec, region: str, name: str, expected: dict[str, str]
) -> None:
    arn = spec.bucket_arn.replace("us-east-1", region).replace("open", name)
    found = await examine_access_point(probe, replace(spec, bucket_arn=arn), SOURCE, roles)
    assert told(found).items() >= expected.items()
    assert len(found) == len(expected) or region == "eu-west-1"
    assert all((check.fix is None) == (check.status.value == "PASS") for check in found)


async def test_of_an_access_point_of_another_account_the_owner_is_told_what_to_allow(
    aws: Sandbox, probe: Probe, roles: MoverRoles, spec: S3Spec
) -> None:
    theirs = replace(spec, bucket_arn=spec.bucket_arn.replace(LAB, OTHER))
    aws.interceptor.forget_calls()
    found = await examine_access_point(probe, theirs, SOURCE, roles)
    assert told(found) == {"access-point-exists": "UNKNOWN", "access-point-policy": "WARN"}
    assert spent(aws) == {}
    fix = found[1].fix
    assert fix is not None
    on_bucket, on_objects, _ = json.loads(fix.policy_json or "")["Statement"]
    assert on_bucket["Resource"] == theirs.bucket_arn
    assert on_objects["Resource"] == f"{theirs.bucket_arn}/object/*"
