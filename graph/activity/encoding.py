"""Pictures of accounts as texts, in which the processes of a deployment share them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import orjson

from graph.activity.picture import Kind, Part, Picture, Subject
from graph.model.mover import Account, Mover, Tag
from graph.store import RunState

VERSION: Final = 1
"""Of the encoding. It is a part of the name under which a picture is shared, so that no process
gets one that it cannot read."""


class Shot(NamedTuple):
    """A picture as it was when it was shared."""

    sequence: int
    text: str


class Shots:
    """Implements ``Form``."""

    @staticmethod
    def number(state: Shot) -> int:
        return state.sequence

    @staticmethod
    def encode(state: Shot) -> RunState:
        return RunState(state.sequence, state.text)

    @staticmethod
    def decode(text: str) -> Shot | None:
        try:
            return Shot(orjson.loads(text)["sequence"], text)
        except (KeyError, TypeError, ValueError):
            return None


def shot_of(picture: Picture) -> Shot:
    value = {
        "epoch": picture.epoch,
        "sequence": picture.sequence,
        "floor": picture.floor,
        "observed_at": picture.observed_at,
        "holes": picture.holes,
        "parts": [_encoded(*item) for item in picture.parts.items()],
    }
    return Shot(picture.sequence, orjson.dumps(value).decode())


def picture_of(shot: Shot, account: Account) -> Picture:
    value = orjson.loads(shot.text)
    return Picture(
        epoch=value["epoch"],
        sequence=value["sequence"],
        floor=value["floor"],
        observed_at=value["observed_at"],
        holes=tuple((low, high) for low, high in value["holes"]),
        parts=dict(_decoded(each, account) for each in value["parts"]),
    )


def _encoded(subject: Subject, part: Part) -> list[Any]:
    mover = part.mover
    tags = mover and [[tag.key, tag.value] for tag in mover.tags]
    more = mover and [mover.name, mover.status, mover.mode, tags]
    return [subject.kind.value, *subject[1:], *part[:3], more]


def _decoded(given: list[Any], account: Account) -> tuple[Subject, Part]:
    kind, key, left, version, group, value, more = given
    mover = None
    if more is not None:
        name, status, mode, tags = more
        mover = Mover(
            account=account,
            task_arn=key,
            name=name,
            status=status,
            mode=mode,
            tags=tuple(Tag(*tag) for tag in tags),
        )
    return Subject(Kind(kind), key, left), Part(version, group, value, mover)
