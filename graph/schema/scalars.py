"""The scalars of the schema."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NewType

import strawberry
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.types.scalar import ScalarDefinition

from graph.model.errors import Upstream
from graph.model.plain import unchanged

AccountId = NewType("AccountId", str)
Arn = NewType("Arn", str)
BigInt = NewType("BigInt", int)

_SAFE: Final = 2**53 - 1
_WRITTEN: Final = 10_000
"""Moments whose texts are kept: lists are shown repeatedly, and writing one takes a microsecond."""
_WITHOUT_OFFSET: Final = -len("+00:00")


@unchanged(int, -_SAFE, _SAFE)
def _big(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _SAFE:
        shown = json.dumps(value, default=lambda _: "something else")
        raise Upstream(
            f"AWS returned {shown} where a whole number of at most 2^53 - 1 was expected."
        )
    return value


def _read_big(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _SAFE:
        raise ValueError("Expected a whole number of at most 2^53 - 1.")
    return value


def _moment(value: datetime) -> str:
    return _written(value if value.tzinfo is UTC else value.astimezone(UTC))


@lru_cache(_WRITTEN)
def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:_WITHOUT_OFFSET] + "Z"


def _read_moment(value: object) -> datetime:
    try:
        given = datetime.fromisoformat(_text(value))
    except (TypeError, ValueError):
        raise ValueError(
            "Expected a time in the format of RFC 3339, such as 2024-05-17T09:30:00Z."
        ) from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


@unchanged(str)
def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("Expected a string.")
    return value


# The form of an account id or ARN is checked by the resolvers: GraphQL would reject a literal
# before its field is executed, whereas a mutation reports it in the payload, with its path.
SCALARS: Final[dict[object, ScalarDefinition]] = {
    AccountId: strawberry.scalar(
        name="AccountId",
        description="The id of an AWS account: a string of 12 digits, such as `222222222222`.",
        specified_by_url="https://docs.aws.amazon.com/accounts/latest/reference/"
        "manage-acct-identifiers.html",
        serialize=_text,
        parse_value=_text,
    ),
    Arn: strawberry.scalar(
        name="ARN",
        description="An Amazon Resource Name, such as `arn:aws:s3:::my-bucket`.",
        specified_by_url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        serialize=_text,
        parse_value=_text,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description=(
            "A whole number that may exceed 32 bits, such as a count of bytes, as a JSON number. "
            "Its absolute value is at most 2^53 - 1, the largest that every JSON client represents "
            "exactly."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        serialize=_big,
        parse_value=_read_big,
    ),
    datetime: replace(
        DateTimeDefinition,
        description="A moment in time in UTC, in the format of RFC 3339 with milliseconds, such as "
        "`2024-05-17T09:30:00.250Z`. Inputs may have another offset; UTC if they have none.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_moment,
        parse_value=_read_moment,
    ),
}
"""For StrawberryConfig.scalar_map. The built-in scalars keep the specification's descriptions."""
