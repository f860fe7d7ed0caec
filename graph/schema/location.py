"""The Location interface, which the types of all kinds implement."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.locations.changing import revision_of
from graph.model import location as model
from graph.model.words import LocationKind
from graph.resolvers import agents, locations
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.agents import Agent
from graph.schema.fields import Info, attribute, detail, loads, word
from graph.schema.node import Node
from graph.schema.scalars import Arn
from graph.schema.tag import Tag


@strawberry.interface(
    description="The source or the destination of a mover. Secrets such as passwords are never "
    "part of it. `node` finds a location if it carries the tags of a group that the caller may "
    "see, like those created for movers."
)
class Location(Node):
    value: strawberry.Private[model.Location | model.ListedLocation]
    arn: Arn = attribute("arn", "The ARN of the DataSync location.")
    kind: LocationKind = word(LocationKind, "kind", "The kind of storage that the location is in.")
    kind_text: str = attribute(
        "kind",
        "The same as text. For a kind that AWS added later, the scheme of its URI in capitals.",
    )
    uri: str = attribute("uri", "The URI as AWS writes it, such as `s3://my-bucket/photos/`.")
    created_at: datetime | None = detail(
        lambda location: location.created_at,
        "When the location was created; null if AWS does not report it.",
    )

    revision: str | None = detail(
        revision_of,
        "Differs whenever something differs that `updateLocation` can change, as `Mover.version` "
        "does for movers: pass it as `ifUnchangedSince`, so that nobody's change is lost.",
    )

    def kind_of_id(self) -> str:
        return "Location"

    @strawberry.field(
        description="The DataSync agents that reach the storage; empty for one that needs none. An "
        "agent that was deleted is missing. Costs a call per agent."
    )
    async def agents(self, info: Info) -> list[Agent] | None:
        found = await agents.agents_of_location(info.context, self.value.arn)
        return [Agent(value=each) for each in found]

    def key(self) -> str:
        return self.value.arn

    @loads(
        "The tags of the location. Costs a call to AWS per location. Null, with an "
        "error, if that call fails."
    )
    async def tags(self, info: Info) -> list[Tag] | None:
        tags = await locations.tags_of_location(info.context, self.value.arn)
        return [Tag(key=tag.key, value=tag.value) for tag in tags]
