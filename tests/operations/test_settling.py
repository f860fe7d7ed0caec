"""Calls that are not idempotent: repeated only once an earlier one can no longer take effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.aws import locations
from graph.aws.client.gateway import NotSent
from graph.model.errors import ApiError, Forbidden, UpstreamTimeout
from graph.operations.settling import Settling
from graph.sandbox import Sandbox
from graph.store.tables import LATE_EFFECTS
from tests.operations.crash import left
from tests.operations.stepped import OPERATION, POLICY, SteppedTime
from tests.world import LAB, furnish, made, serving


@pytest.mark.parametrize(("error", "looks"), [(NotSent, False), (UpstreamTimeout, True)])
async def test_only_for_what_a_call_may_have_made_is_looked(
    aws: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[UpstreamTimeout],
    looks: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    furnish(aws, LAB)
    real, failures = locations.create_location, [error("too late"), error("too late")]

    async def late(*args: Any) -> str:
        if failures:
            raise failures.pop()
        return await real(*args)

    monkeypatch.setattr(locations, "create_location", late)
    async with serving(tmp_path) as client:
        await made(client)
    assert not failures
    assert (aws.interceptor.counts()["datasync.ListLocations"] > 0) == looks
    assert left(aws, LAB) == (1, 2, 2)


class Part:
    """A part that calls create, each with an error or with an effect after some seconds."""

    def __init__(self, clock: SteppedTime, *calls: ApiError | float) -> None:
        self._clock, self._calls = clock, list(calls)
        self._effects: list[float] = []
        self.made = self.searches = 0

    async def find(self) -> list[str]:
        self.searches += 1
        return ["found"] if any(at <= self._clock.seconds for at in self._effects) else []

    async def make(self) -> str:
        self.made += 1
        if not self._calls:
            return "made"
        outcome = self._calls.pop(0)
        if isinstance(outcome, ApiError):
            raise outcome
        self._effects.append(self._clock.seconds + outcome)
        raise lost()

    async def get(self, *, taken_over: float | None = None) -> str:
        return await settling(self._clock).find_or_make(self.find, self.make, taken_over)


def settling(clock: SteppedTime) -> Settling:
    runtime = clock.runtime
    return Settling(OPERATION, runtime.retries, runtime.store.late_effects)


def lost() -> UpstreamTimeout:
    """The error of a call that was sent and not answered."""
    error = UpstreamTimeout("no answer")
    error.__cause__ = TimeoutError()
    return error


NEVER = 1e9


async def noted(clock: SteppedTime) -> list[str]:
    return [
        row["operation_id"]
        for row in await clock.runtime.store.database.rows(LATE_EFFECTS.select())
    ]


async def test_a_part_that_no_process_tried_before_is_made_without_a_search(
    stepped: SteppedTime,
) -> None:
    part = Part(stepped)
    assert (await part.get(), part.made, part.searches) == ("made", 1, 0)
    assert await noted(stepped) == []


async def test_a_part_of_an_earlier_process_is_found_and_not_made(stepped: SteppedTime) -> None:
    part = Part(stepped)
    part._effects.append(0.0)
    assert (await part.get(taken_over=0.0), part.made) == ("found", 0)


@pytest.mark.parametrize("delay", [0.0, 1.0, 2.0, 15.0, POLICY.settle])
async def test_the_late_effect_of_an_earlier_process_is_waited_for(
    stepped: SteppedTime, delay: float
) -> None:
    part = Part(stepped)
    part._effects.append(delay)
    assert (await part.get(taken_over=0.0), part.made) == ("found", 0)


async def test_a_part_of_which_nothing_appears_is_made_once_the_wait_is_over(
    stepped: SteppedTime,
) -> None:
    part = Part(stepped)
    assert (await part.get(taken_over=0.0), part.made) == ("made", 1)
    assert POLICY.settle <= stepped.seconds < POLICY.settle + POLICY.poll + 1


@pytest.mark.parametrize("parts", [2, 3])
async def test_all_parts_of_an_earlier_process_share_one_wait(
    stepped: SteppedTime, parts: int
) -> None:
    """That process can have sent nothing after it was taken over, whichever part it was at."""
    for number in range(parts):
        part = Part(stepped)
        assert (await part.get(taken_over=0.0), part.made) == ("made", 1)
        assert part.searches > 0
        if number == 0:
            assert stepped.seconds >= POLICY.settle
    assert stepped.seconds < POLICY.settle + POLICY.poll + 1


@pytest.mark.parametrize(
    ("delay", "calls"), [(0.0, 1), (1.0, 1), (15.0, 1), (POLICY.settle, 1), (NEVER, 2)]
)
async def test_a_call_without_an_answer_is_repeated_only_if_no_effect_appears(
    stepped: SteppedTime, delay: float, calls: int
) -> None:
    part = Part(stepped, delay)
    assert await part.get() == ("found" if calls == 1 else "made")
    assert part.made == calls
    assert await noted(stepped) == [OPERATION]


@pytest.mark.parametrize("attempts", [1, 3])
async def test_a_call_that_was_never_sent_is_repeated_without_a_search(
    stepped: SteppedTime, attempts: int
) -> None:
    part = Part(stepped, *(NotSent("no slot") for _ in range(attempts)))
    assert (await part.get(), part.made, part.searches) == ("made", attempts + 1, 0)
    assert await noted(stepped) == []


async def test_a_refusal_is_raised_at_once(stepped: SteppedTime) -> None:
    refusal = Forbidden("not authorized")
    part = Part(stepped, refusal)
    with pytest.raises(Forbidden) as raised:
        await part.get()
    assert (raised.value, part.made, stepped.waits) == (refusal, 1, [])


@pytest.mark.parametrize("delay", [5.0, NEVER])
async def test_what_the_last_call_made_counts_also_after_all_retries(
    stepped: SteppedTime, delay: float
) -> None:
    part = Part(stepped, *[NEVER] * 3, delay, *[NEVER] * 9)
    if delay == NEVER:
        with pytest.raises(UpstreamTimeout):
            await part.get()
        assert stepped.seconds >= POLICY.create_seconds
    else:
        assert (await part.get(), part.made) == ("found", 4)


@pytest.mark.parametrize(
    ("error", "recorded"),
    [(lost(), True), (NotSent("no slot"), False), (Forbidden("no"), False)],
    ids=["unanswered", "never sent", "refused"],
)
async def test_only_an_operation_with_an_unanswered_call_is_checked_later(
    stepped: SteppedTime, error: ApiError, *, recorded: bool
) -> None:
    assert await settling(stepped).note_unanswered(error) == recorded
    assert await noted(stepped) == ([OPERATION] if recorded else [])
