"""What is repeated, how often, and from which budget."""

from __future__ import annotations

import pytest

from graph.aws.client.codes import Refused
from graph.aws.client.retries import ATTEMPTS, RetryBudget
from graph.model.errors import AccessDenied, ApiError, Conflict, NotFound, Throttled, Upstream


class Calls:
    """Attempts that fail with the errors in turn, and then succeed."""

    def __init__(self, *errors: Exception) -> None:
        self._errors, self.made = list(errors), 0

    async def __call__(self) -> int:
        self.made += 1
        if self.made <= len(self._errors):
            raise self._errors[self.made - 1]
        return self.made


def same(error: Exception) -> Exception:
    return error


async def run(calls: Calls, retries: RetryBudget | None = None, *, safe: bool = True) -> int:
    return await (retries or RetryBudget(0)).run(calls, same, safe=safe)


@pytest.mark.parametrize(
    ("error", "safe", "repeated"),
    [
        (Throttled("x"), True, True),
        (Throttled("x"), False, True),
        (Upstream("x"), True, True),
        (Upstream("x"), False, False),
        (Refused("x"), True, False),
        (AccessDenied("x"), True, False),
        (NotFound("x"), True, False),
        (Conflict("x"), True, False),
        (KeyError("x"), True, False),
    ],
)
async def test_what_had_no_effect_or_is_safe_is_repeated_and_nothing_else(
    error: Exception, *, safe: bool, repeated: bool
) -> None:
    calls = Calls(*[error] * 100)
    with pytest.raises(type(error)) as caught:
        await run(calls, safe=safe)
    assert caught.value is error
    assert calls.made == (ATTEMPTS if repeated else 1)


@pytest.mark.parametrize("failures", range(ATTEMPTS))
async def test_the_first_attempt_that_succeeds_is_the_result(failures: int) -> None:
    assert await run(Calls(*[Throttled("x")] * failures)) == failures + 1


async def test_an_error_is_translated_and_keeps_its_cause() -> None:
    cause = OSError("down")
    with pytest.raises(Conflict, match="told") as caught:
        await RetryBudget(0).run(Calls(cause), lambda _: Conflict("told"), safe=True)
    assert caught.value.__cause__ is cause


async def test_where_everything_fails_calls_are_made_only_once_in_the_end() -> None:
    retries, made = RetryBudget(0), []
    for _ in range(100):
        calls = Calls(*[Throttled("x")] * 100)
        with pytest.raises(ApiError):
            await run(calls, retries)
        made.append(calls.made)
    assert made[0] == ATTEMPTS
    assert made[-1] == 1
    assert sorted(made, reverse=True) == made
    assert sum(made) - len(made) == 100  # what the budget holds


async def test_successes_bring_the_budget_back() -> None:
    retries = RetryBudget(0)
    for _ in range(100):
        with pytest.raises(ApiError):
            await run(Calls(*[Throttled("x")] * 100), retries)
    await run(Calls(), retries)
    calls = Calls(Throttled("x"))
    with pytest.raises(Throttled):
        await run(calls, retries)
    await run(Calls(), retries)
    assert await run(Calls(Throttled("x")), retries) == 2


async def test_the_waits_are_random_and_double_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("graph.aws.client.retries.asyncio.sleep", sleep)
    monkeypatch.setattr("graph.aws.client.retries.random.random", lambda: 0.5)
    assert await run(Calls(*[Throttled("x")] * 3), RetryBudget(2.0)) == 4
    assert waits == [1.0, 2.0, 4.0]
