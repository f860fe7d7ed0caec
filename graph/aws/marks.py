"""Marks: the tags by which an operation recognises what it created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.tags import tagged, tags_of, value_of
from graph.concurrency import together
from graph.model.errors import NotFound
from graph.model.mover import OPERATION_TAG, ORG_TAG, PART_TAG, Tag

_FEW: Final = 3
"""Up to this number are read one by one; more are first looked up in the tagging API."""


def operation_tag(operation_id: str) -> Tag:
    """The mark of everything that an operation creates."""
    return Tag(OPERATION_TAG, operation_id)


def mark_of(tags: Iterable[Tag]) -> str | None:
    """The id of the operation that created the resource with these tags."""
    return value_of(tags, OPERATION_TAG)


async def with_marks(
    aws: AccountGateway, kind: str, arns: Sequence[str], marks: Mapping[str, str]
) -> list[str]:
    """Those of the tasks or locations that carry the marks."""
    carried = await marks_of(aws, kind, arns)
    return [arn for arn, has in carried.items() if marks.items() <= has.items()]


async def marks_of(
    aws: AccountGateway, kind: str, arns: Sequence[str]
) -> dict[str, Mapping[str, str]]:
    """The marks of each task or location, which are read once per process.

    They are set at creation and never change. The tagging API, which lags, has most of them in a
    few pages.
    """
    await marks_from_tagging(aws, kind, arns)
    marks = await together(*(_read(aws, arn) for arn in arns))
    return dict(zip(arns, marks, strict=True))


async def marks_from_tagging(
    aws: AccountGateway, kind: str, arns: Sequence[str]
) -> dict[str, Mapping[str, str]]:
    """The marks of those that the tagging API knows, or that are known already.

    Costs no call, or the pages of one list if more than a few are not known.
    """
    known = aws.caches.marks
    if sum(known.get(arn) is None for arn in arns) > _FEW:

        async def recall() -> None:
            for arn, tags in (await tagged(aws, (kind,), {ORG_TAG: (aws.org,)})).items():
                known[arn] = _marks(tags)

        await aws.shared(("marks", kind), recall)
    return {arn: marks for arn in arns if (marks := known.get(arn)) is not None}


async def tags_if_there(gateway: ArnGateway, arn: str) -> tuple[Tag, ...]:
    """The tags of a task or location; of what is gone, none."""
    try:
        return await tags_of(gateway, arn)
    except NotFound:
        return ()


async def _read(aws: AccountGateway, arn: str) -> Mapping[str, str]:
    marks = aws.caches.marks.get(arn)
    if marks is None:
        tags = await tags_if_there(aws, arn)
        marks = _marks(tags)
        if tags:  # else they may not be there yet
            aws.caches.marks[arn] = marks
    return marks


def _marks(tags: Iterable[Tag]) -> Mapping[str, str]:
    return {tag.key: tag.value for tag in tags if tag.key in (OPERATION_TAG, PART_TAG)}
