"""What movers left behind, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from graph.model import orphan as model
from graph.schema.fields import attribute
from graph.schema.scalars import AccountId, Arn

strawberry.enum(model.OrphanKind, name="OrphanKind", description="What an orphan is.")


@strawberry.type(
    description="A tagged location that no task uses, or a role below the organisation's path "
    "that no location reads its bucket with; older than a safe age."
)
class Orphan:
    value: strawberry.Private[model.Orphan]
    kind: model.OrphanKind = attribute("kind", "Whether it is a location or a role.")
    arn: Arn = attribute("arn", "What `cleanOrphans` takes.")
    uri: str | None = attribute("uri", "Of a location; null for a role.")
    group: str | None = attribute("group", "By its tag; null where it has none.")
    created_at: datetime = attribute("created_at", "When it was made, as AWS says.")
    why: str = attribute("why", "What is missing that would make it part of a mover.")

    @strawberry.field(description="How long ago it was made.")
    def age_seconds(self) -> float:
        return (datetime.now(UTC) - self.value.created_at).total_seconds()


@strawberry.type(description="Something that stays, and why.")
class OrphanFailure:
    arn: Arn = strawberry.field(description="What stays.")
    message: str = strawberry.field(description="What stood in the way.")


@strawberry.input(description="What is to be cleaned up.")
class CleanOrphansInput:
    account: AccountId = strawberry.field(description="The account it is in.")
    arns: list[Arn] | None = strawberry.field(
        default=None, description="Of the orphans that are meant; all of them where absent."
    )
    dry_run: bool = strawberry.field(
        default=True, description="True: shows what would be removed, and removes nothing."
    )
