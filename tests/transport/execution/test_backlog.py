"""Who joins a group is shown the newest event, of each subject if there are several."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from graph.transport.execution.backlog import Newest, NewestOfEach, Resuming


class Event(NamedTuple):
    subject: int
    sequence: int
    opens: bool = False
    number: int = 0


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


EVENTS = st.lists(
    st.builds(Event, st.integers(0, 3), st.integers(), opens=st.just(value=False)), max_size=20
)


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


@given(EVENTS, st.integers(1, 20))
def test_who_resumes_gets_what_followed_or_begins_anew(events: list[Event], most: int) -> None:
    """``sequence`` counts up, and stays at times."""
    numbered, sequence = [], 0
    for number, event in enumerate(events):
        sequence += event.sequence % 2
        numbered.append(event._replace(sequence=sequence, number=number))
    backlog: NewestOfEach[Event] = NewestOfEach(most)
    opening = Event(-1, 0, opens=True)
    backlog.add(opening)
    for event in numbered:
        backlog.add(event)
    assert shown(backlog) == [opening], "who has nothing needs nothing that came before"
    for after in range(sequence + 2):
        seen = Seen()
        backlog.show(Resuming(seen, after))
        if seen.values[:1] == [opening]:
            assert seen.values == [opening]
            assert after > sequence or most <= len(events)
            continue
        last = {event.subject: event for event in numbered}
        newer = sorted(event.number for event in last.values() if event.sequence > after)
        assert [event.number for event in seen.values if event.sequence > after] == newer


def test_a_second_beginning_replaces_all_that_came_before() -> None:
    backlog: NewestOfEach[Event] = NewestOfEach()
    for event in (Event(-1, 0, opens=True), Event(1, 1), Event(-1, 5, opens=True), Event(2, 6)):
        backlog.add(event)
    for after, wanted in ((1, [5]), (5, [6]), (6, []), (9, [5])):
        seen = Seen()
        backlog.show(Resuming(seen, after))
        assert [event.sequence for event in seen.values] == wanted


def test_who_joins_before_the_first_event_is_not_told_to_begin_anew_where_it_need_not() -> None:
    opening = Event(-1, 3, opens=True)
    for after, wanted in ((3, []), (2, [opening])):
        seen = Seen()
        member = Resuming(seen, after)
        member.put(opening)
        assert seen.values == wanted


def test_who_has_missed_events_begins_anew_whatever_it_has() -> None:
    backlog: NewestOfEach[Event] = NewestOfEach()
    for subject in range(3):
        backlog.add(Event(subject, subject))
    seen = Seen()
    backlog.reopen(seen)
    assert seen.values == [], "there is nothing to begin with"
    opening = Event(-1, 3, opens=True)
    backlog.add(opening)
    backlog.reopen(Resuming(seen, 3))
    backlog.reopen(seen)
    assert seen.values == [opening, opening]
