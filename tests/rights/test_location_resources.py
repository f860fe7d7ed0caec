"""What a limited key needs rules for: everything that a location names."""

from __future__ import annotations

from typing import Any

import pytest

from graph.locations import resources_of
from graph.model.caller import Rights
from graph.model.errors import Forbidden
from graph.model.location import Location
from graph.model.location_specs import ExistingSpec, LocationSpec, S3Spec
from graph.model.operation import NewMover
from graph.model.resources import ArnPattern, ResourceRule
from graph.rights.policy import ResourcePolicy
from tests.locations.samples import AGENTS, SPECS
from tests.world import LAB

BUCKET = "arn:aws:s3:::lab"
THERE = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"


def new(source: LocationSpec) -> NewMover:
    destination = S3Spec(bucket_arn=BUCKET)
    return NewMover(
        account_id=LAB, group="g", name="n", source=source, destination=destination, key_name="k"
    )


async def require(source: LocationSpec, *arns: str, **policy: Any) -> None:
    rules = frozenset(ResourceRule(ArnPattern.parse(arn)) for arn in (BUCKET, *arns))
    rights = Rights(groups=frozenset({"g"}), resources=rules)
    await ResourcePolicy({"k": rights}, **policy).require_still(new(source))


@pytest.mark.parametrize("name", SPECS)
async def test_each_arn_of_a_location_needs_a_rule(name: str) -> None:
    used = resources_of(SPECS[name], "source")
    arns = list(dict.fromkeys(resource.arn for resource in used))
    for missing in arns:
        with pytest.raises(Forbidden) as caught:
            await require(SPECS[name], *(arn for arn in arns if arn != missing))
        first = next(resource for resource in used if resource.arn == missing)
        assert caught.value.path == first.path
        assert missing in caught.value.message
    if arns:
        await require(SPECS[name], *arns)
    else:
        with pytest.raises(Forbidden, match="names no AWS resource"):
            await require(SPECS[name])


async def test_a_tag_allows_agents_and_secrets_as_it_does_buckets() -> None:
    asked: list[str] = []

    async def group_of(_account_id: str, arn: str) -> str | None:
        asked.append(arn)
        return "g"

    await require(SPECS["SMB"], group_of=group_of)
    assert set(asked) == {resource.arn for resource in resources_of(SPECS["SMB"], "source")}


@pytest.mark.parametrize(
    ("rule", "gone", "allowed"),
    [(THERE, False, True), (THERE, True, True), (AGENTS[0], False, True), (AGENTS[0], True, False)],
)
async def test_an_existing_location_needs_a_rule_for_it_or_for_what_it_uses(
    *, rule: str, gone: bool, allowed: bool
) -> None:
    async def location_of(arn: str) -> Location | None:
        described = {"OnPremConfig": {"AgentArns": list(AGENTS)}}
        given = Location(arn=arn, kind="NFS", uri="nfs://h/", created_at=None, described=described)
        return None if gone else given

    spec = ExistingSpec(location_arn=THERE)
    if allowed:
        await require(spec, rule, location_of=location_of)
        return
    with pytest.raises(Forbidden) as caught:
        await require(spec, rule, location_of=location_of)
    assert caught.value.path == ("source", "existing", "locationArn")


async def test_the_tag_of_an_existing_location_does_not_count() -> None:
    """The server itself tags the locations that it creates."""

    async def group_of(_account_id: str, _arn: str) -> str | None:
        return "g"

    with pytest.raises(Forbidden):
        await require(ExistingSpec(location_arn=THERE), group_of=group_of)
