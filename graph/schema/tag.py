"""A tag as an output and as an input."""

from __future__ import annotations

import strawberry


@strawberry.type(description="A tag on an AWS resource: a key and a value.")
class Tag:
    key: str = strawberry.field(
        description="The tag's key, 1 to 128 characters, such as `spinup:org`."
    )
    value: str = strawberry.field(description="The tag's value, which may be an empty string.")


@strawberry.input(description="A tag to put on a run, or on the resources of a mover.")
class TagInput:
    key: str = strawberry.field(
        description="1 to 128 of the characters A-Z a-z 0-9 space + = . _ : / -. Keys that begin "
        "with `aws:` and the keys that the server sets itself are rejected as INVALID."
    )
    value: str = strawberry.field(
        description="1 to 256 of the characters A-Z a-z 0-9 space + = . _ : @ / -."
    )
