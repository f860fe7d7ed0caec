"""Locations of every kind are created with a mover, shown, and deleted with it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from graph.locations import kind_of_spec, resources_at, resources_of
from graph.sandbox import Sandbox
from tests import leftover
from tests.locations.made import made as location_of
from tests.locations.movers import SHOWN, create, delete
from tests.locations.samples import ROLE, SECRET, SPECS, as_input
from tests.sandbox.lab import LOCATIONS, client
from tests.world import LAB, ask, furnish, made, serving

START = "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { message } } }"
LAST = """query($id: ID!) { node(id: $id) { ... on Mover {
  lastRun { outcome result { errorDetail } } } } }"""


@pytest.mark.timeout(120)
async def test_a_location_of_every_kind_is_created_shown_run_and_deleted(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    readable = await asyncio.to_thread(secret, aws)
    async with serving(tmp_path) as api:

        async def start(number: int, name: str) -> str:
            source = json.dumps(as_input(SPECS[name])).replace(SECRET.secret_arn, readable)
            operation = await create(api, f"m{number}", json.loads(source))
            assert operation["status"] == "COMPLETED", (name, operation)
            mover = str(operation["mover"]["id"])
            shown = (await ask(api, SHOWN, id=mover))["node"]["source"]
            assert shown["kind"] == kind_of_spec(SPECS[name]).name
            aws.put_files(shown["uri"], {f"{number}": name})
            assert (await ask(api, START, id=mover))["startMover"]["errors"] == []
            return mover

        movers = await asyncio.gather(*(start(*each) for each in enumerate(SPECS)))
        await asyncio.to_thread(aws.settle)
        for mover in movers:
            last = (await ask(api, LAST, id=mover))["node"]["lastRun"]
            assert last == {"outcome": "SUCCEEDED", "result": {"errorDetail": None}}
        copied = {body.decode() for body in aws.objects(LAB, f"to-{LAB}").values()}
        assert copied == set(SPECS)
        await asyncio.gather(*(delete(api, mover) for mover in movers))
    assert {kind_of_spec(spec).name for spec in SPECS.values()} == {"S3", *LOCATIONS}
    assert leftover.there(aws) == {ROLE}


@pytest.mark.parametrize("prefix", [None, "in"])
async def test_a_mover_copies_from_one_access_point_to_another(
    aws: Sandbox, tmp_path: Path, prefix: str | None
) -> None:
    furnish(aws, LAB, b=b"1")
    aws.put(LAB, f"from-{LAB}", "in/a", b"2")
    points = [aws.access_point(LAB, name, f"{name}-{LAB}") for name in ("from", "to")]
    source, target = ({"s3": {"bucketArn": each, "subdirectory": prefix}} for each in points)
    async with serving(tmp_path) as api:
        mover = await made(api, source=source, destination=target)
        shown = (await ask(api, SHOWN, id=mover))["node"]["source"]
        assert shown["uri"].startswith(f"s3://{points[0]}/{prefix or ''}")
        assert (await ask(api, START, id=mover))["startMover"]["errors"] == []
        await asyncio.to_thread(aws.settle)
        last = (await ask(api, LAST, id=mover))["node"]["lastRun"]
        assert last == {"outcome": "SUCCEEDED", "result": {"errorDetail": None}}
        await delete(api, mover)
    expected = {"in/a": b"2"} if prefix else {"b": b"1", "in/a": b"2"}
    assert aws.objects(LAB, f"to-{LAB}") == expected
    assert leftover.there(aws) == set()


UPDATE = """mutation($input: UpdateLocationInput!) { updateLocation(input: $input) {
  location { revision } errors { code message path } } }"""
DESTINATION = """query($id: ID!) { node(id: $id) { ... on Mover {
  destination { id revision uri } } } }"""


@pytest.mark.timeout(120)
async def test_a_location_of_every_kind_is_a_destination_changed_and_deleted(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB, one=b"1")
    readable = await asyncio.to_thread(secret, aws)
    async with serving(tmp_path) as api:

        async def start(number: int, name: str) -> tuple[str, str]:
            end = json.loads(json.dumps(as_input(SPECS[name])).replace(SECRET.secret_arn, readable))
            operation = await create(api, f"m{number}", end, "destination")
            assert operation["status"] == "COMPLETED", (name, operation)
            mover = str(operation["mover"]["id"])
            assert (await ask(api, START, id=mover))["startMover"]["errors"] == [], name
            return name, mover

        movers = await asyncio.gather(*(start(*each) for each in enumerate(SPECS)))
        await asyncio.to_thread(aws.settle)
        for name, mover in movers:
            last = (await ask(api, LAST, id=mover))["node"]["lastRun"]
            assert last == {"outcome": "SUCCEEDED", "result": {"errorDetail": None}}, name
            before = (await ask(api, DESTINATION, id=mover))["node"]["destination"]
            assert "one" in aws.files(before["uri"]), name
            if name == "S3 on Outposts":
                continue  # nothing of it can be changed: it has one storage class
            (member,) = as_input(SPECS[name])
            given = {"location": before["id"], "change": {member: changed(name)}}
            given["ifUnchangedSince"] = before["revision"]
            payload = (await ask(api, UPDATE, input=given))["updateLocation"]
            assert payload["errors"] == [], name
            assert payload["location"]["revision"] != before["revision"], name
        await asyncio.gather(*(delete(api, mover) for _, mover in movers))
    assert leftover.there(aws) == {ROLE}


def changed(name: str) -> dict[str, str]:
    """A member that can be changed, with another value."""
    if kind_of_spec(SPECS[name]).name == "S3":
        return {"storageClass": "ONEZONE_IA"}
    return {"subdirectory": "/fsx/changed" if "ZFS" in name else "/changed"}


def secret(aws: Sandbox) -> str:
    """The ARN of a secret that the role of the samples may read."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    aws.role(LAB, "reads-secrets", service=leftover.DATASYNC)
    made = client("secretsmanager").create_secret(Name="lab/nas", SecretString="s")
    allowed = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": made["ARN"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam_backends[LAB]["aws"].put_role_policy("reads-secrets", "read", policy)
    return str(made["ARN"])


@pytest.mark.parametrize("name", SPECS)
def test_a_location_uses_what_its_specification_names(aws: Sandbox, name: str) -> None:
    """So that a key which may create a mover may start it, and no other key may."""
    location = location_of(aws, SPECS[name])
    wanted = {(each.arn, each.prefix) for each in resources_of(SPECS[name], "source")}
    found = {(each.arn, each.prefix) for each in resources_at(location.arn, location)}
    assert found == (wanted or {(location.arn, "")})
