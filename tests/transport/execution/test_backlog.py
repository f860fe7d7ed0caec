"""Who joins a group is shown the newest event, of each subject if there are several."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from graph.transport.execution.backlog import Newest, NewestOfEach


class Event(NamedTuple):
    subject: int
    number: int


class Seen:
    def __init__(self) -> None:
        self.values: list[Any] = []

    def put(self, value: Any, /) -> None:
        self.values.append(value)

    def close(self) -> None:
        raise AssertionError("a backlog ends nothing")


def shown(backlog: Any) -> list[Any]:
    seen = Seen()
    backlog.show(seen)
    return seen.values


EVENTS = st.lists(st.builds(Event, st.integers(0, 3), st.integers()), max_size=20)


@given(EVENTS)
def test_of_one_subject_the_last_event_is_kept(events: list[Event]) -> None:
    backlog: Newest[Event] = Newest()
    for event in events:
        backlog.add(event)
    assert shown(backlog) == events[-1:]


@given(EVENTS)
def test_of_several_the_last_of_each_is_kept_in_the_order_of_the_events(
    events: list[Event],
) -> None:
    backlog: NewestOfEach[Event] = NewestOfEach()
    for event in events:
        backlog.add(event)
    last = {event.subject: place for place, event in enumerate(events)}
    assert shown(backlog) == [events[place] for place in sorted(last.values())]
