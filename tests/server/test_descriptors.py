"""The limit of open files and the number of connections fit each other."""

from __future__ import annotations

import resource

import pytest

from graph.server.descriptors import affordable

INFINITY = resource.RLIM_INFINITY


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The limit of the process, which is not really changed; the last one is in force."""
    in_force = [(1_024, 1_024)]

    def change(_kind: int, limits: tuple[int, int]) -> None:
        in_force.append(limits)

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: in_force[-1])
    monkeypatch.setattr(resource, "setrlimit", change)
    return in_force


@pytest.mark.parametrize(
    ("soft", "hard", "raised"),
    [
        (1_024, 1_048_576, 11_024),
        (1_024, INFINITY, 11_024),
        (11_024, 11_024, None),
        (100_000, INFINITY, None),
        (INFINITY, INFINITY, None),
    ],
)
def test_a_limit_that_can_be_raised_is_raised(
    limits: list[tuple[int, int]],
    soft: int,
    hard: int,
    raised: int | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits.append((soft, hard))
    assert affordable(10_000) == 10_000
    assert limits[-1] == ((raised, hard) if raised else (soft, hard))
    assert caplog.records == []


@pytest.mark.parametrize("hard", [64, 256, 1_024, 4_096, 11_023])
def test_with_a_lower_limit_fewer_connections_are_served_and_the_log_says_so(
    limits: list[tuple[int, int]], hard: int, caplog: pytest.LogCaptureFixture
) -> None:
    limits.append((hard, hard))
    served = affordable(10_000)
    assert 0 < served < 10_000
    assert hard - served >= min(1_024, hard // 2)
    (record,) = caplog.records
    assert f"the limit of {hard} open files is enough for {served} only" in (record.getMessage())


def test_a_limit_that_cannot_be_raised_is_taken_as_it_is(
    limits: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_kind: int, _limits: tuple[int, int]) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    limits.append((1_024, INFINITY))
    assert 0 < affordable(10_000) < 1_024
