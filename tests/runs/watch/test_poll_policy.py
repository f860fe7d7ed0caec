"""How often a run is polled: within bounds, quickly while it moves, rarely while AWS fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import Counters, Run
from graph.runs.watch import PollPolicy
from tests.runs.watch.held import ARN

STATUSES = ["QUEUED", "LAUNCHING", "PREPARING", "TRANSFERRING", "VERIFYING", "CANCELLING", "NEW"]
MOVING = {"PREPARING", "TRANSFERRING", "VERIFYING", "CANCELLING"}
POLICIES = st.builds(
    lambda moving, still, throttled: PollPolicy(
        moving=moving, still=moving + still, throttled=moving + throttled
    ),
    st.floats(0.01, 10),
    st.floats(0, 60),
    st.floats(0, 600),
)
RUN = Run(
    run_arn=ARN,
    status="TRANSFERRING",
    mode="BASIC",
    requested_at=None,
    launched_at=None,
    ended_at=None,
    counters=Counters(),
    result=None,
    options={},
    described={},
)


@given(POLICIES, st.lists(st.tuples(st.sampled_from(STATUSES), st.booleans(), st.booleans())))
def test_every_pause_is_within_its_bounds(
    policy: PollPolicy, polls: list[tuple[str, bool, bool]]
) -> None:
    last = policy.moving
    for status, changed, failed in polls:
        if failed:
            last = policy.after_failure(last)
            assert policy.moving <= last <= policy.throttled
        else:
            last = policy.after(replace(RUN, status=status), last, changed=changed)
            assert policy.moving <= last <= policy.still


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("last", [0.0, 1.0, 3.0, 5.0, 30.0])
def test_a_run_whose_counters_move_is_polled_quickly_again(status: str, last: float) -> None:
    pause = PollPolicy().after(replace(RUN, status=status), last, changed=True)
    assert (pause == PollPolicy().moving) == (status in MOVING or last * 1.5 <= PollPolicy().moving)


def pauses(following: Callable[[float], float], count: int = 20) -> list[float]:
    found = [PollPolicy().moving]
    for _ in range(count):
        found.append(following(found[-1]))
    return found


@pytest.mark.parametrize("status", STATUSES)
def test_while_nothing_moves_the_pauses_grow_to_the_longest(status: str) -> None:
    run = replace(RUN, status=status)
    found = pauses(lambda last: PollPolicy().after(run, last, changed=False))
    assert all(one < other or other == PollPolicy().still for one, other in pairwise(found))
    assert found[-1] == PollPolicy().still


def test_while_aws_fails_the_pauses_double_to_the_longest() -> None:
    found = pauses(PollPolicy().after_failure)
    assert found == [1.0, 2.0, 4.0, 8.0, 16.0] + [PollPolicy().throttled] * 16


def test_after_an_outage_a_run_is_polled_as_usual_at_once() -> None:
    last = pauses(PollPolicy().after_failure)[-1]
    assert PollPolicy().after(RUN, last, changed=True) == PollPolicy().moving
    assert PollPolicy().after(RUN, last, changed=False) == PollPolicy().still
