"""When the keys of an issuer are fetched, and who waits for that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from graph.auth.issuers.download import Unavailable
from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.key_set import KeySet
from graph.auth.issuers.key_source import (
    AGAIN_SECONDS,
    MOST_WAITING,
    SOON_SECONDS,
    STALE_SECONDS,
    KeySource,
)
from graph.auth.rejected import Rejected
from tests.auth.issuers.provider import issuer, key_set, public
from tests.runs.watch.held import HeldClock, settle


class Provider:
    """Publishes keys, fails, or lets everybody wait."""

    def __init__(self) -> None:
        self.kids = ["ec"]
        self.fails = False
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.fetches = 0

    async def __call__(self, _issuer: Issuer) -> KeySet:
        self.fetches += 1
        await self.answers.wait()
        if self.error is not None:
            raise self.error
        if self.fails:
            raise Unavailable("status 503")
        return KeySet.parse(key_set(*(public("ec", kid=kid) for kid in self.kids)))


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def source(provider: Provider, clock: HeldClock) -> AsyncIterator[KeySource]:
    made = KeySource(replace(issuer(), keys=None), clock, provider)
    yield made
    await made.aclose()


async def is_known(source: KeySource, kid: str) -> bool:
    try:
        await source.find(kid, "ES256")
    except Rejected:
        return False
    return True


def troubles(source: KeySource) -> list[str]:
    return [source.trouble] if source.trouble else []


async def test_keys_are_fetched_in_the_background_and_again(
    source: KeySource, provider: Provider, clock: HeldClock
) -> None:
    assert troubles(source) == ["the keys have not been fetched yet"]
    source.start()
    await settle()
    assert troubles(source) == []
    assert provider.fetches == 1
    for _ in range(100):
        assert await is_known(source, "ec")
    assert provider.fetches == 1
    await clock.turn(AGAIN_SECONDS)
    assert provider.fetches == 2


async def test_a_request_before_the_first_fetch_waits_for_it(
    source: KeySource, provider: Provider
) -> None:
    provider.answers.clear()
    source.start()
    waiting = asyncio.create_task(is_known(source, "ec"))
    await settle()
    assert not waiting.done()
    provider.answers.set()
    assert await waiting
    assert provider.fetches == 1


async def test_a_new_key_is_found_at_once(source: KeySource, provider: Provider) -> None:
    source.start()
    await settle()
    provider.kids.append("new")
    assert await is_known(source, "new")
    assert provider.fetches == 2


async def test_unknown_keys_cause_one_fetch_in_half_a_minute(
    source: KeySource, provider: Provider, clock: HeldClock
) -> None:
    source.start()
    await settle()
    for number in range(10_000):
        assert not await is_known(source, f"unknown-{number}")
    assert provider.fetches == 2
    await clock.turn(SOON_SECONDS)
    assert not await is_known(source, "unknown")
    assert provider.fetches == 3
    assert await is_known(source, "ec")


async def test_the_number_of_those_who_wait_is_bounded(
    source: KeySource, provider: Provider
) -> None:
    source.start()
    await settle()
    provider.answers.clear()
    provider.kids.append("new")
    asked = [asyncio.create_task(is_known(source, "new")) for _ in range(MOST_WAITING + 20)]
    await settle()
    assert sum(task.done() for task in asked) == 20
    provider.answers.set()
    assert (await asyncio.gather(*asked)).count(True) == MOST_WAITING
    assert provider.fetches == 2


async def test_one_who_leaves_does_not_end_the_fetch_of_others(
    source: KeySource, provider: Provider
) -> None:
    provider.answers.clear()
    first, second = (asyncio.create_task(is_known(source, "ec")) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    provider.answers.set()
    assert await second
    assert first.cancelled()


async def test_those_who_wait_are_rejected_if_the_issuer_is_removed(
    source: KeySource, provider: Provider
) -> None:
    provider.answers.clear()
    waiting = asyncio.create_task(is_known(source, "ec"))
    await settle()
    await source.aclose()
    assert await waiting is False


async def test_a_fault_of_the_fetch_is_an_outage_with_a_traceback(
    source: KeySource, provider: Provider, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    provider.error = KeyError("fault")
    source.start()
    await settle()
    assert not await is_known(source, "ec")
    (record,) = caplog.records
    assert record.exc_info
    assert troubles(source) == ["KeyError('fault')"]
    provider.error = None
    await clock.turn(SOON_SECONDS)
    assert await is_known(source, "ec")


async def test_keys_outlive_an_outage_for_a_day(
    source: KeySource,
    provider: Provider,
    clock: HeldClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source.start()
    await settle()
    provider.fails = True
    await clock.turn(AGAIN_SECONDS)
    await clock.turn(STALE_SECONDS - AGAIN_SECONDS)
    assert await is_known(source, "ec")
    assert troubles(source) == []
    await clock.turn(SOON_SECONDS)
    assert not await is_known(source, "ec")
    assert troubles(source) == ["status 503"]
    provider.fails = False
    await clock.turn(SOON_SECONDS)
    assert await is_known(source, "ec")
    begun, ended = caplog.messages
    assert begun == "the issuer research does not provide its keys: status 503"
    assert ended.startswith("the issuer research provides its keys again after ")


async def test_configured_keys_are_never_fetched(provider: Provider, clock: HeldClock) -> None:
    fixed = KeySource(issuer(), clock, provider)
    fixed.start()
    await settle()
    assert await is_known(fixed, "ec")
    assert not await is_known(fixed, "unknown")
    assert (fixed.trouble, provider.fetches) == (None, 0)
    await fixed.aclose()
