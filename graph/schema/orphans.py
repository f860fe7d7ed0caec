"""Orphans: resources that movers left behind, and the input that removes them."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from graph.model import orphan as model
from graph.schema import enums  # noqa: F401 - describes OrphanKind
from graph.schema.fields import attribute, reads
from graph.schema.scalars import AccountId, Arn


@strawberry.type(
    description="A resource that a mover left behind: a location with the organisation's tags that "
    "no task uses, or a role under the organisation's path that no location uses. Resources "
    "younger than the server's `ORPHAN_MINUTES` setting are never listed."
)
class Orphan:
    value: strawberry.Private[model.Orphan]
    kind: model.OrphanKind = attribute(
        "kind", "Whether the orphan is a DataSync location or an IAM role."
    )
    arn: Arn = attribute("arn", "The ARN of the location or role, as `cleanOrphans` accepts it.")
    uri: str | None = attribute(
        "uri", "The URI of a location, such as `s3://my-bucket/`; null for a role."
    )
    group: str | None = attribute(
        "group", "The group named by the resource's tag; null if it has no such tag."
    )
    created_at: datetime = attribute(
        "created_at", "When the resource was created, as reported by AWS."
    )
    why: str = attribute("why", "Why the resource counts as an orphan, as a sentence for people.")

    @reads("The age of the resource in seconds.")
    def age_seconds(self) -> float:
        return (datetime.now(UTC) - self.value.created_at).total_seconds()


@strawberry.type(description="A resource that could not be removed, and the reason.")
class OrphanFailure:
    arn: Arn = strawberry.field(description="The ARN of the resource that was not removed.")
    message: str = strawberry.field(
        description="Why the resource was not removed, as a sentence for people."
    )


@strawberry.input(description="Which orphans to remove, and whether this is a dry run.")
class CleanOrphansInput:
    account: AccountId = strawberry.field(description="The AWS account to clean up.")
    region: str | None = strawberry.field(
        default=None,
        description="The AWS region to clean up, one of `ServerInfo.regions`; the server's default "
        "if absent. A role belongs to the region that its trust policy names, or to the default.",
    )
    arns: list[Arn] | None = strawberry.field(
        default=None,
        description="The ARNs of the orphans to remove; all orphans of the account if absent. "
        "An ARN that is not an orphan is reported in `failures`.",
    )
    dry_run: bool = strawberry.field(
        default=True,
        description="If true, the default, nothing is removed and the payload lists what would be.",
    )
