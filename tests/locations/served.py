"""A mover whose source is a location of any kind, as both APIs show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests import leftover
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB, ask, furnish, serving

_SOURCE = "query($id: ID!) {{ node(id: $id) {{ ... on Mover {{ source {{ {fields} }} }} }} }}"


class Shown(NamedTuple):
    graphql: dict[str, Any]
    """The fields that were asked for."""
    rest: dict[str, Any]
    """The member of its kind in the response, without its ARN and time."""


async def shown(aws: Sandbox, folder: Path, kind: str, fields: str, **more: Any) -> Shown:
    """A location of a kind with the sandbox's usual parameters and ``more``.

    ``fields``: a selection of its GraphQL type, ``Type { field }``.
    """
    furnish(aws, LAB)
    made = leftover.datasync().create_location(kind, leftover.tags(), LOCATIONS[kind] | more)
    task_arn = leftover.task(made.arn, made.arn, "one", leftover.tags())
    query = _SOURCE.format(fields=f"kind ... on {fields}")
    async with serving(folder) as client:
        graphql = (await ask(client, query, id=encode("Mover", task_arn)))["node"]["source"]
        response = await client.get(f"/v1/datasync/{LAB}/movers/g/one")
    assert response.status_code == 200, response.text
    assert graphql.pop("kind") == kind
    assert "hidden" not in response.text
    source = response.json()["Source"]
    assert source.keys() == {"Type", kind}
    assert source["Type"] == kind
    rest = source[kind]
    assert rest.pop("LocationArn") == made.arn
    assert rest.pop("CreationTime")
    return Shown(graphql, rest)
