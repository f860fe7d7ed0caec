"""What an event shows: the newest of what it is about, and nothing of what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.activity import Change, Kind
from graph.activity.picture import Subject
from graph.model.errors import NotFound
from graph.resolvers.activity import MoverIsGone, _event_of, follow_activity
from graph.sandbox import Sandbox
from tests.activity.lab import arn, mover
from tests.resolvers.lab import asking, opened
from tests.world import LAB, furnish


async def test_an_event_has_what_has_changed(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with opened(tmp_path, LAB) as services:
        context = asking(services)
        changed = mover("a")
        subject = Subject(Kind.MOVER, arn("a"))
        event = await _event_of(context, Change(subject, "c", changed))
        assert event is not None
        assert (event.cursor, event.subject, event.value) == ("c", ("mover", arn("a")), changed)
        assert await context.loaders.mover.load(arn("a")) is changed
        assert await _event_of(context, Change(subject, "c")) is None
        gone = await _event_of(context, Change(Subject(Kind.GONE, arn("a"), "g"), "c"))
        assert gone is not None
        assert (gone.subject, gone.value) == (event.subject, MoverIsGone(arn("a")))
        reset = await _event_of(context, Change(None, "c"))
        assert reset is not None
        assert (reset.subject, reset.value) == (None, None)
        run = f"{arn('a')[:-1]}{'0' * 17}/execution/exec-{'0' * 17}"
        for missing in (Subject(Kind.OPERATION, "none"), Subject(Kind.RUN, run)):
            assert await _event_of(context, Change(missing, "c")) is None


@pytest.mark.parametrize(
    "rights", [{"accounts": frozenset({"3" * 12})}, {"groups": frozenset({"h"})}]
)
async def test_what_the_caller_may_not_see_is_not_followed(
    aws: Sandbox, tmp_path: Path, rights: dict[str, frozenset[str]]
) -> None:
    furnish(aws, LAB)
    async with opened(tmp_path, LAB) as services:
        events = follow_activity(asking(services, **rights), LAB, "g", None)
        with pytest.raises(NotFound):
            await anext(events)
        assert len(services.activity) == 0
        assert aws.interceptor.counts() == {}
