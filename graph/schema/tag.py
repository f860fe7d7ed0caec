"""A tag, as it is shown and as it is given."""

from __future__ import annotations

import strawberry


@strawberry.type(description="A tag of an AWS resource.")
class Tag:
    key: str = strawberry.field(description="1 to 128 characters.")
    value: str = strawberry.field(description="May be empty.")


@strawberry.input(description="A tag for what is to be made.")
class TagInput:
    key: str = strawberry.field(
        description="1 to 128 characters; not one that the server sets itself, nor `aws:`."
    )
    value: str = strawberry.field(description="1 to 256 characters.")
