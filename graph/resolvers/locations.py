"""Locations by their ids. Those of a mover are read together with it."""

from __future__ import annotations

from graph.aws.tags import carries, value_of
from graph.context import ReadContext
from graph.model.errors import NotFound
from graph.model.location import Location
from graph.model.mover import GROUP_TAG, HIDDEN_TAGS, Tag, own_tags
from graph.resolvers import scope


async def get_location(context: ReadContext, location_arn: str) -> Location:
    """A location with the organisation's tags and those of a group that the caller may see.

    Raises NotFound, also for a location without these tags.
    """
    account_id = scope.require_location_account(context, location_arn).account_id
    try:
        tags = await context.loaders.tags.load(location_arn)
    except NotFound:  # AWS's message is about resources
        raise NotFound(scope.NO_LOCATION) from None
    ours = carries(tags, own_tags(context.services.gateway.org))
    if not ours or not scope.sees_group(context, account_id, value_of(tags, GROUP_TAG)):
        raise NotFound(scope.NO_LOCATION)
    location = await context.loaders.location.load(location_arn)
    if location is None:
        raise NotFound(scope.NO_LOCATION)
    return location


async def describe_location(context: ReadContext, location_arn: str) -> Location | None:
    """A location of a mover that the caller sees, up to a minute old; None if it is gone."""
    return await context.loaders.shown_location.load(location_arn)


async def tags_of_location(context: ReadContext, location_arn: str) -> list[Tag]:
    """The tags of a location of such a mover, without those that are internal."""
    tags = await context.loaders.tags.load(location_arn)
    return [tag for tag in tags if tag.key not in HIDDEN_TAGS]
