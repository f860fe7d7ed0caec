"""The calls of a preflight are bounded, and what cannot be read is said to be unknown."""

from __future__ import annotations

import asyncio

import pytest

from graph.aws.client.gateway import AccountGateway
from graph.model.errors import AccessDenied, NotFound, Throttled
from graph.model.preflight import CheckStatus, PreflightCheck
from graph.preflight.probe import Probe, Unknown, guarded
from graph.preflight.results import About


async def raising(error: Exception) -> str:
    raise error


async def test_it_makes_no_more_calls_than_it_may(account: AccountGateway) -> None:
    probe, made = Probe(account, most=3), []

    async def read() -> None:
        made.append(1)

    await probe.ask("x:Y", read, calls=2)
    with pytest.raises(Unknown, match="at most"):
        await probe.ask("x:Y", read, calls=2)
    await probe.ask("x:Y", read)
    with pytest.raises(Unknown, match="at most"):
        await probe.ask("x:Y", read)
    assert len(made) == 2


@pytest.mark.parametrize(
    ("error", "fix"), [(AccessDenied("denied"), "x:Y"), (Throttled("slower"), None)]
)
async def test_what_aws_does_not_answer_is_unknown_with_advice_on_a_missing_permission(
    probe: Probe, error: Exception, fix: str | None
) -> None:
    async def examine(_: About) -> list[PreflightCheck]:
        await probe.ask("x:Y", lambda: raising(error))
        return []

    (check,) = await guarded(About("some"), examine)
    assert (check.id, check.status, check.message) == ("some", CheckStatus.UNKNOWN, str(error))
    assert (fix or "") in (check.fix.text if check.fix else "")
    assert (check.fix is None) == (fix is None)


async def test_an_answer_that_takes_too_long_is_unknown(probe: Probe) -> None:
    with pytest.raises(Unknown, match="did not answer"):
        await probe.ask("x:Y", asyncio.Event().wait, seconds=0.01)


async def test_what_is_not_found_unexpectedly_is_unknown(probe: Probe) -> None:
    async def examine(_: About) -> list[PreflightCheck]:
        await probe.ask("x:Y", lambda: raising(NotFound("gone")))
        return []

    (check,) = await guarded(About("some"), examine)
    assert (check.status, check.message) == (CheckStatus.UNKNOWN, "gone")


async def test_only_regions_that_the_server_knows_are_reached(probe: Probe) -> None:
    assert probe.at("eu-west-1").region == "eu-west-1"
    for other in (None, "xx-nowhere-1"):
        assert probe.at(other).region == "us-east-1"
