"""What has an id by which it can be asked for again."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.schema.ids import encode


@strawberry.interface(description="Anything that can be asked for again by its id.")
class Node:
    value: strawberry.Private[Any]

    @strawberry.field(description="Opaque; valid for `node`.")
    def id(self) -> strawberry.ID:
        return encode(self.kind_of_id(), self.key())

    def kind_of_id(self) -> str:
        """What the id says that it is of: the type, or the interface of several."""
        return type(self).__name__

    def key(self) -> str:
        """What finds the node again."""
        raise NotImplementedError
