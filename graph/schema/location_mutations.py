"""The mutation of locations, and its payload."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model.audit import AuditAction
from graph.model.errors import ApiError
from graph.resolvers import location_changes, locations
from graph.resolvers.auditing import reading
from graph.schema.fields import CallerInfo, Info
from graph.schema.ids import expect
from graph.schema.location import Location
from graph.schema.location_change_inputs import UpdateLocationInput, location_change
from graph.schema.locations import shown
from graph.schema.user_errors import MutationPayload, user_error

ChangeInput = Annotated[
    UpdateLocationInput, strawberry.argument(description="The location to change, and what of it.")
]


@strawberry.type(description="The result of updateLocation: the location, or errors.")
class UpdateLocationPayload(MutationPayload):
    location_arn: strawberry.Private[str | None] = None

    @strawberry.field(description="The location after the change. Null if there are errors.")
    async def location(self, info: Info) -> Location | None:
        if self.location_arn is None:
            return None
        return shown(await locations.describe_location(info.context, self.location_arn))


@strawberry.type(description="The mutation of locations.")
class LocationMutations:
    @strawberry.mutation(
        description="Changes a location: path, server, agents, user, where its secret is kept, and "
        "more, by kind. The next runs use it. Rejected as CONFLICT if several movers share the "
        "location, unless `alsoFor` is SHARED; then the key has to have the right to change all of "
        "them. Costs two lists, and two calls for each mover that uses the location."
    )
    async def update_location(
        self,
        info: CallerInfo,
        input: ChangeInput,  # noqa: A002 - the field's name in the schema
    ) -> UpdateLocationPayload | None:
        try:
            async with reading(info.context, AuditAction.UPDATE_LOCATION):
                arn = expect("Location", input.location, path=("location",))
            await location_changes.update_location(
                info.context, arn, lambda: location_change(input)
            )
        except ApiError as error:
            return UpdateLocationPayload(errors=[user_error(info, error, about="location")])
        return UpdateLocationPayload(location_arn=arn)
