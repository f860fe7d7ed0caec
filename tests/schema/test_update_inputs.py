"""The input of an update as the change that it asks for."""

from __future__ import annotations

import strawberry

from graph.model.change import MoverChange, MoverSetting
from graph.model.mover import Tag
from graph.schema.override_inputs import TransferOptionsInput
from graph.schema.scalars import Arn
from graph.schema.tag import TagInput
from graph.schema.update_inputs import ScheduleInput, UpdateMoverInput, mover_change

MOVER = strawberry.ID("m")
GROUP = Arn("arn:aws:logs:us-east-1:222222222222:log-group:/a")


def test_every_member_of_the_input_is_a_part_of_the_change() -> None:
    given = UpdateMoverInput(
        mover=MOVER,
        name="n",
        tags=[TagInput(key="k", value="v")],
        options=TransferOptionsInput(verify_mode="NONE"),
        includes=["/a"],
        excludes=["*.b"],
        schedule=ScheduleInput(expression="rate(1 day)", enabled=False),
        log_group_arn=GROUP,
        clear=[MoverSetting.REPORT],
        if_unchanged_since="x",
    )
    assert mover_change(given) == MoverChange(
        name="n",
        tags=(Tag("k", "v"),),
        options={"VerifyMode": "NONE"},
        includes=("/a",),
        excludes=("*.b",),
        expression="rate(1 day)",
        enabled=False,
        log_group_arn=GROUP,
        clear=frozenset({MoverSetting.REPORT}),
        if_unchanged_since="x",
    )


def test_no_tags_are_a_change_and_absent_tags_are_none() -> None:
    change = mover_change(UpdateMoverInput(mover=MOVER, tags=[]))
    assert (change.tags, change.wanted_tags) == ((), ())
    cleared = mover_change(UpdateMoverInput(mover=MOVER, clear=[MoverSetting.TAGS]))
    assert (cleared.tags, cleared.wanted_tags) == (None, ())
    assert mover_change(UpdateMoverInput(mover=MOVER, name="n")).wanted_tags is None
