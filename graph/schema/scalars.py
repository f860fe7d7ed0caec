"""The scalars of the schema."""

from __future__ import annotations

from typing import Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from graph.model.errors import Upstream

AccountId = NewType("AccountId", str)
Arn = NewType("Arn", str)
BigInt = NewType("BigInt", int)

_SAFE: Final = 2**53 - 1


def _big(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _SAFE:
        raise Upstream(f"{value!r} is not a whole number that a client could hold")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is wanted")
    return value


# What a string has to look like is checked by whoever uses it: GraphQL would refuse a literal ahead
# of its field, and a variable apart from it; the payload of the field is the place for that.
SCALARS: Final[dict[object, ScalarDefinition]] = {
    AccountId: strawberry.scalar(
        name="AccountId",
        description="The 12 digits of an AWS account, as a string.",
        serialize=_text,
        parse_value=_text,
    ),
    Arn: strawberry.scalar(
        name="ARN",
        description="An Amazon Resource Name.",
        specified_by_url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        serialize=_text,
        parse_value=_text,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description=(
            "A whole number beyond 32 bits, such as bytes or files, as a JSON number. More than "
            "2^53 - 1, which a client could not hold, is an error."
        ),
        serialize=_big,
        parse_value=_big,
    ),
}
"""For StrawberryConfig.scalar_map. DateTime and ID are Strawberry's own."""
