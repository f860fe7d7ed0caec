"""The Relay interface of everything that can be fetched again by its id."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.schema.fields import reads
from graph.schema.ids import encode


@strawberry.interface(description="An object that can be fetched again by its global id.")
class Node:
    value: strawberry.Private[Any]

    @reads("A globally unique, opaque id. Pass it to `node` or `nodes` to fetch the object again.")
    def id(self) -> strawberry.ID:
        return encode(self.kind_of_id(), self.key())

    def kind_of_id(self) -> str:
        """The type name inside the id: the object's own, or that of the interface it implements."""
        return type(self).__name__

    def key(self) -> str:
        """What identifies the object within its type."""
        raise NotImplementedError
