"""A picture is the same at another process."""

from __future__ import annotations

from graph.activity.encoding import Shots, picture_of, shot_of
from graph.activity.picture import Picture
from tests.activity.lab import LAB, arn, mover


def test_a_picture_survives_being_shared() -> None:
    picture = Picture(observed_at=5.5)
    runs = {f"{arn('a')}/execution/exec-1": "QUEUED"}
    picture.observe([mover("a"), mover("b", None)], runs, {"o": (None, 1.5)})
    picture.observe([mover("b", "h", "RUNNING")])
    picture.skip(7)
    state = Shots.encode(shot_of(picture))
    assert (state.sequence, state.ended) == (picture.sequence, False)
    shot = Shots.decode(state.text)
    assert shot is not None
    assert Shots.number(shot) == picture.sequence
    copy = picture_of(shot, LAB)
    assert copy == picture
    assert list(copy.parts) == list(picture.parts)
