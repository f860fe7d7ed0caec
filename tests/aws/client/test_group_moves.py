"""Those who follow a mover are told when it is read in another group."""

from __future__ import annotations

from graph.aws.client.group_moves import GroupMoves

TASK = "arn:task"


class Following:
    def __init__(self) -> None:
        self.told: list[str] = []

    def moved(self, task_arn: str) -> None:
        self.told.append(task_arn)


def test_only_those_who_know_the_mover_in_another_group_are_told() -> None:
    moves, in_g, in_h = GroupMoves(), Following(), Following()
    moves.follow(TASK, "g", in_g)
    moves.follow(TASK, "h", in_h)
    moves.note(TASK, "g")
    moves.note("arn:another", "x")
    assert (in_g.told, in_h.told) == ([], [TASK])
    moves.note(TASK, None)
    assert (in_g.told, in_h.told) == ([TASK], [TASK, TASK])


def test_a_follower_that_knows_the_new_group_is_not_told_again() -> None:
    moves, follower = GroupMoves(), Following()
    moves.follow(TASK, "g", follower)
    moves.follow(TASK, "h", follower)
    moves.note(TASK, "h")
    assert follower.told == []


def test_nothing_is_kept_of_movers_that_nobody_follows() -> None:
    moves, first, second = GroupMoves(), Following(), Following()
    moves.note(TASK, "g")
    for each in (first, second):
        moves.follow(TASK, "g", each)
    for each in (first, first, second):
        moves.leave(TASK, each)
    moves.note(TASK, "h")
    assert (len(moves), first.told, second.told) == (0, [], [])
