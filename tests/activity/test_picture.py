"""Whatever happens, who applies the changes that it may see has what it may see, and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.activity.encoding import Shots, picture_of, shot_of
from graph.activity.picture import MOST, Kind, Picture, Subject
from graph.model.mover import Mover
from tests.activity.lab import LAB, arn, mover

GROUPS = ("g", "h", None)
STATES = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.sampled_from(GROUPS), st.sampled_from(("AVAILABLE", "RUNNING"))),
)
RIGHTS = st.sets(st.sampled_from(GROUPS))


def movers_of(state: dict[str, tuple[str | None, str]]) -> dict[str, Mover]:
    return {arn(name): mover(name, group, status) for name, (group, status) in state.items()}


class Client:
    """Shows the movers of some groups, from the changes alone."""

    def __init__(self, groups: set[str | None], shown: dict[str, Mover]) -> None:
        self.groups = groups
        self.shown = {key: each for key, each in shown.items() if each.group in groups}

    @property
    def sees(self) -> Callable[[str | None], bool]:
        return lambda group: group in self.groups

    def learn(self, picture: Picture, subjects: list[Subject]) -> None:
        for subject in subjects:
            if not picture.is_visible(subject, self.sees):
                continue
            if subject.kind is Kind.GONE:
                assert subject.group in self.groups, "it has been visible"
                self.shown.pop(subject.key, None)
            elif (found := picture.mover(subject.key)) is not None:
                assert found.group in self.groups, "it is visible"
                self.shown[subject.key] = found


@given(st.lists(STATES, min_size=1, max_size=8), RIGHTS, st.data())
def test_a_client_that_resumes_anywhere_shows_what_it_may_see(
    states: list[dict[str, tuple[str | None, str]]], groups: set[str | None], data: st.DataObject
) -> None:
    picture = Picture()
    picture.observe(movers_of(states[0]).values())
    client = Client(groups, movers_of(states[0]))
    cursor = picture.cursor
    for state in states[1:]:
        picture.observe(movers_of(state).values())
        if data.draw(st.booleans(), "shared with another process"):
            picture = picture_of(shot_of(picture), LAB)
        if data.draw(st.booleans(), "taken over by another process"):
            picture.skip(1_000)
        if data.draw(st.booleans(), "reads"):
            number = picture.number(cursor)
            assert number is not None
            client.learn(picture, picture.since(number))
            cursor = picture.cursor
            wanted = {k: each for k, each in movers_of(state).items() if each.group in groups}
            assert client.shown == wanted


@given(st.lists(STATES, min_size=1, max_size=8), RIGHTS)
def test_no_change_of_another_group_is_visible(
    states: list[dict[str, tuple[str | None, str]]], groups: set[str | None]
) -> None:
    picture, ever = Picture(), set()
    for state in states:
        changed = picture.observe(
            movers_of(state).values(), {f"{arn('a')}/execution/x": str(state)}
        )
        ever |= {arn(name) for name, (group, _) in state.items() if group in groups}
        for subject in changed:
            if picture.is_visible(subject, lambda group: group in groups):
                assert subject.key.partition("/execution/")[0] in ever


def test_what_has_not_changed_is_no_change() -> None:
    picture = Picture()
    given_ = ([mover("a")], {"r": "QUEUED"}, {"o": ("g", 1.0)})
    assert len(picture.observe(*given_)) == 3
    before = picture.cursor
    assert picture.observe(*given_) == []
    assert picture.cursor == before


@pytest.mark.parametrize("kind", ["removed", "runs", "operations"])
def test_what_is_kept_is_bounded_and_who_needs_more_begins_anew(kind: str) -> None:
    picture = Picture()
    old = picture.cursor
    for number in range(MOST + 10):
        name = str(number)
        if kind == "removed":
            picture.observe([mover(name)])
        elif kind == "runs":
            picture.observe(None, {name: "SUCCESS"})
        else:
            picture.observe(None, None, {name: ("g", 1.0)})
        if number == 100:
            late = picture.cursor
    assert len(picture.parts) <= MOST + 1
    assert picture.number(old) is None
    assert picture.number(late) is not None


def test_numbers_of_changes_that_another_process_may_have_made_are_not_known() -> None:
    picture = Picture()
    cursors = [picture.cursor]
    for _ in range(30):
        picture.skip(1_000)
        cursors.append(picture.cursor)
    assert picture.number(cursors[-1]) == picture.sequence
    assert picture.number(cursors[-2]) is not None
    assert picture.number(picture.cursor_of(picture.sequence - 1)) is None
    assert picture.number(cursors[0]) is None
    assert picture.number(picture.cursor_of(picture.sequence + 1)) is None
    before = picture.cursor
    picture.restart()
    assert picture.number(before) is None
    assert picture.number(picture.cursor) is not None


def test_the_run_of_a_mover_that_is_gone_is_seen_by_those_who_have_seen_the_mover() -> None:
    picture = Picture()
    run = Subject(Kind.RUN, f"{arn('a')}/execution/exec-1")
    picture.observe([mover("a")], {run.key: "TRANSFERRING"})
    picture.observe([])
    assert picture.is_visible(run, lambda group: group == "g")
    assert not picture.is_visible(run, lambda group: group == "h")


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"sequence": 1'])
def test_what_is_no_picture_is_not_read(text: str) -> None:
    assert Shots.decode(text) is None


def test_an_operation_is_visible_by_its_group() -> None:
    picture = Picture()
    (operation,) = picture.observe(None, None, {"o": (None, 1.0)})
    assert picture.is_visible(operation, lambda group: group is None)
    assert not picture.is_visible(operation, lambda group: group == "g")
