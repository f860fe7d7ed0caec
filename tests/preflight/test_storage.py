"""What is examined behind the ends of movers, of every kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.model.advice import RunSide
from graph.model.location_specs import EfsSpec
from graph.model.preflight import PreflightCheck
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.creates import roles_of
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd
from graph.preflight.storage import examine_location, examine_storage
from graph.sandbox import Sandbox
from tests.locations.made import described, made
from tests.locations.samples import SPECS
from tests.preflight.test_networks import allow_nfs, furnish, told
from tests.test_call_counts import spent

NEW = MoverEnd(RunSide.SOURCE, ("source", "x"))
OLD = MoverEnd(RunSide.DESTINATION)


@pytest.fixture
def roles(probe: Probe) -> MoverRoles:
    return roles_of(probe.aws, "g")


@pytest.mark.parametrize("name", SPECS)
async def test_every_kind_is_examined_alike_whether_it_exists_or_not(
    aws: Sandbox, probe: Probe, roles: MoverRoles, name: str
) -> None:
    location = made(aws, SPECS[name])
    aws.interceptor.forget_calls()
    new = await examine_storage(Probe(probe.aws), SPECS[name], NEW, roles)
    assert sum(spent(aws).values()) <= 4
    old = await examine_location(Probe(probe.aws), location, OLD, roles)
    assert [facts(check) for check in new] == [facts(check) for check in old]
    assert [check.path[:2] for check in new] == [NEW.path] * len(new)
    assert [(check.path, check.side) for check in old] == [((), OLD.side)] * len(old)
    for check in (*new, *old):
        assert (check.fix is None) == (check.status.value == "PASS")


def facts(check: PreflightCheck) -> tuple[str, str, str]:
    return check.id, check.status.value, check.message


async def test_the_network_of_a_location_that_exists_is_examined(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    spec, other_zone = furnish()
    for given, expected in (
        (spec, {"efs-mount-target": "PASS", "efs-network": "FAIL"}),
        (replace(spec, subnet_arn=other_zone), {"efs-mount-target": "FAIL"}),
    ):
        assert told(await found(probe, roles, given)) == expected
    allow_nfs(spec)
    assert set(told(await found(probe, roles, spec)).values()) == {"PASS"}


async def found(probe: Probe, roles: MoverRoles, spec: EfsSpec) -> list[PreflightCheck]:
    return await examine_location(Probe(probe.aws), described(spec), OLD, roles)


async def test_a_location_that_is_not_understood_is_not_judged(
    aws: Sandbox, probe: Probe, roles: MoverRoles
) -> None:
    location = replace(made(aws, SPECS["NFS"]), kind="NEW_KIND", described={})
    (check,) = await examine_location(probe, location, OLD, roles)
    assert (check.id, check.status.value) == ("reachable", "UNKNOWN")
    assert "NEW_KIND" in check.message
