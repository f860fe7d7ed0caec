"""Locations that exist already: used by a mover, and neither changed nor deleted with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Sandbox
from graph.sandbox.faults import Fault
from tests import leftover
from tests.locations.movers import SHOWN, create, delete
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB, ask, furnish, serving


def existing(arn: str) -> dict[str, Any]:
    return {"existing": {"locationArn": arn}}


def abroad() -> str:
    """A location in another region that nobody has tagged."""
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    backend = datasync_backends[LAB]["eu-west-1"]
    return str(backend.create_location("NFS", None, dict(LOCATIONS["NFS"])).arn)


async def test_an_existing_location_is_used_and_never_deleted(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    arns = [abroad(), leftover.datasync().create_location("NFS", None, LOCATIONS["NFS"]).arn]
    async with serving(tmp_path) as client:
        await use(aws, client, arns)
    assert leftover.there(aws) == set(arns)


async def use(aws: Sandbox, client: httpx.AsyncClient, arns: list[str]) -> None:
    for number, arn in enumerate(arns):
        operation = await create(client, f"m{number}", existing(arn))
        assert operation["status"] == "COMPLETED", operation
        shown = (await ask(client, SHOWN, id=operation["mover"]["id"]))["node"]["source"]
        assert (shown["kind"], shown["arn"]) == ("NFS", arn)
        await delete(client, operation["mover"]["id"])
    aws.interceptor.add(Fault("CreateTask", "denied", count=100))
    operation = await create(client, "rolled-back", existing(arns[1]))
    assert operation["status"] == "FAILED"
