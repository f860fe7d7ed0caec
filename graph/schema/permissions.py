"""What the caller may do with a mover, for buttons that are shown or hidden."""

from __future__ import annotations

import strawberry

from graph.model import mover as model
from graph.model.verbs import Verb
from graph.resolvers import resources, scope
from graph.schema.fields import Info, reads


@strawberry.type(
    description="What the caller's key may do with a mover. These are rights: whether the state of "
    "the mover allows it, `Mover.status` says."
)
class MoverPermissions:
    value: strawberry.Private[model.Mover]

    @strawberry.field(
        description="Whether the key may start the mover: it may run those of the group, and use "
        "both locations. Costs up to four calls to AWS, for keys that are limited to some "
        "resources; null, with an error, if they fail."
    )
    async def start(self, info: Info) -> bool | None:
        return await resources.may_start(info.context, self.value)

    @reads("Whether the key may cancel runs of the mover.")
    def stop(self, info: Info) -> bool:
        return scope.may(info.context, Verb.RUN, self.value)

    @reads("Whether the key may delete the mover.")
    def delete(self, info: Info) -> bool:
        return scope.may(info.context, Verb.WRITE, self.value)

    @reads("Whether the key may change the mover: it may write in the group.")
    def update(self, info: Info) -> bool:
        return scope.may(info.context, Verb.WRITE, self.value)
