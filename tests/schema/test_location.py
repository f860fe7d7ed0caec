"""What all locations have: tags, without those of the server."""

from __future__ import annotations

from types import SimpleNamespace

from strawberry.dataloader import DataLoader

from graph.model.mover import HIDDEN_TAGS, Tag
from graph.schema.location import Location
from graph.schema.locations import of_its_kind
from tests.schema.execution import select
from tests.schema.test_locations import location


async def test_internal_tags_are_not_shown() -> None:
    async def load(arns: list[str]) -> list[tuple[Tag, ...]]:
        return [(Tag("team", "blue"), *(Tag(key, "x") for key in sorted(HIDDEN_TAGS)))] * len(arns)

    context = SimpleNamespace(loaders=SimpleNamespace(tags=DataLoader(load_fn=load)))
    it = await select(Location, of_its_kind(location("EFS")), "{ tags { key value } }", context)
    assert it["tags"] == [{"key": "team", "value": "blue"}]
