"""Leases of watched runs, and the states that processes share by them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import psycopg
import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import (
    CHANNEL,
    NUDGE,
    Exchange,
    Notice,
    RunState,
    RunWatches,
    Store,
    notices,
    open_store,
    place_of,
)
from graph.store.run_watches import _Exchange
from graph.store.tables import RUN_WATCHES
from tests.stores import fresh_database

pytestmark = pytest.mark.postgres
RUN = "arn:aws:datasync:us-east-1:222222222222:task/task-0/execution/exec-0"
LEASE = 600.0
ONE = {"us-east-1:222222222222": 1}
"""One process polls in the account."""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    with fresh_database() as url:
        async with open_store(url) as opened:
            yield opened


async def exchange(  # noqa: PLR0913 - all that an exchange may have
    store: Store,
    process: str,
    known: int = 0,
    new: RunState | None = None,
    *,
    given_up: Iterable[str] = (),
    watched: Iterable[str] = (RUN,),
) -> Exchange:
    return await RunWatches(store.database).exchange(
        process,
        dict.fromkeys(watched, known),
        {} if new is None else {RUN: new},
        list(given_up),
        lease=LEASE,
    )


async def expire(store: Store) -> None:
    """As if the holder had been silent for the time of its lease."""
    await store.database.write(sa.update(RUN_WATCHES).values(leased_until=0))


async def test_one_process_holds_a_run_and_the_others_get_its_states(store: Store) -> None:
    assert (await exchange(store, "a")).held == {RUN}
    assert (await exchange(store, "b")) == Exchange(frozenset(), {}, ONE)
    state = RunState(7, "seven")
    assert (await exchange(store, "a", 7, state)) == Exchange(frozenset([RUN]), {}, ONE)
    assert (await exchange(store, "b")) == Exchange(frozenset(), {RUN: state}, ONE)
    assert (await exchange(store, "b", 7)) == Exchange(frozenset(), {}, ONE)


async def test_a_lease_ends_by_the_clock_of_the_database(store: Store) -> None:
    await exchange(store, "a", 7, RunState(7, "seven"))
    assert (await exchange(store, "b", 7)).held == frozenset()
    await expire(store)
    assert (await exchange(store, "b", 7)).held == {RUN}
    late = await exchange(store, "a", 8, RunState(8, "too late"))
    assert late == Exchange(frozenset(), {RUN: RunState(7, "seven")}, ONE)


async def test_a_holder_renews_a_lease_that_nobody_has_taken(store: Store) -> None:
    await exchange(store, "a")
    await expire(store)
    assert (await exchange(store, "a", 8, RunState(8, "eight"))).held == {RUN}
    assert (await exchange(store, "b")).states == {RUN: RunState(8, "eight")}


async def test_an_older_state_does_not_replace_a_newer_one(store: Store) -> None:
    await exchange(store, "a", 9, RunState(9, "nine"))
    await expire(store)
    found = await exchange(store, "b", 8, RunState(8, "eight"))
    assert found == Exchange(frozenset([RUN]), {RUN: RunState(9, "nine")}, ONE)


async def test_a_run_that_was_given_up_is_free_at_once(store: Store) -> None:
    await exchange(store, "a", 7, RunState(7, "seven"))
    await exchange(store, "b", given_up=[RUN], watched=[])
    assert (await exchange(store, "b")).held == frozenset(), "only its holder can give it up"
    await exchange(store, "a", 8, RunState(8, "eight"), given_up=[RUN], watched=[])
    found = await exchange(store, "b")
    assert found == Exchange(frozenset([RUN]), {RUN: RunState(8, "eight")}, ONE)


async def test_a_run_that_is_followed_again_is_not_given_up(store: Store) -> None:
    await exchange(store, "a")
    assert (await exchange(store, "a", given_up=[RUN])).held == {RUN}
    assert (await exchange(store, "b")).held == frozenset()


async def test_nobody_holds_a_run_that_has_ended(store: Store) -> None:
    await exchange(store, "a")
    last = RunState(9, "the end", ended=True)
    assert (await exchange(store, "a", 9, last)).held == frozenset()
    await expire(store)
    assert (await exchange(store, "b")) == Exchange(frozenset(), {RUN: last})


async def test_many_processes_that_want_many_runs_do_not_wait_for_each_other(store: Store) -> None:
    runs = [f"{RUN}{number}" for number in range(20)]
    for _ in range(3):
        found = await asyncio.gather(
            *(
                exchange(store, f"p{n}", watched=runs[:: 1 if n % 2 else -1], given_up=runs[n:])
                for n in range(8)
            )
        )
        held = [run for each in found for run in each.held]
        assert sorted(held) == sorted(runs)
        await expire(store)


async def test_the_processes_that_poll_an_account_are_counted(store: Store) -> None:
    other = RUN.replace("us-east-1", "eu-west-1")
    for process in ("a", "b", "c"):
        await exchange(store, process, watched=[f"{RUN}{process}", f"{RUN}-{process}"])
    await exchange(store, "c", watched=[other])
    for replica in ("one", "two", "gone"):
        await store.replicas.beat(replica)
    await store.replicas.retire("gone")
    found = await exchange(store, "d", watched=[])
    assert found.pollers == {place_of(RUN): 3, place_of(other): 1}
    assert found.processes == 2


async def test_states_are_announced_unless_they_are_too_long(store: Store) -> None:
    heard: list[Notice | None] = []

    async def listen() -> None:
        async for payload in notices(store.database.url, CHANNEL):
            heard.append(Notice.decoded(payload))
            if len(heard) == 1:
                ready.set()
            if len(heard) == 4:
                return

    ready = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(listen())
        await ready.wait()
        await exchange(store, "a", 1, RunState(1, "one"))
        await exchange(store, "a", 2, RunState(2, "é" * 4_000))
        await exchange(store, "a", given_up=[RUN], watched=[])
    assert heard == [
        None,
        Notice(RUN, "a", 1, "one"),
        Notice(RUN, "a", 2, None),
        Notice(RUN, "a", 0, None),
    ]
    assert (await exchange(store, "b")).states == {RUN: RunState(2, "é" * 4_000)}


async def test_a_process_that_stands_still_in_an_exchange_keeps_no_other_from_its_own(
    store: Store,
) -> None:
    await exchange(store, "a", 7, RunState(7, "seven"))
    await expire(store)
    other = f"{RUN}1"
    async with await psycopg.AsyncConnection.connect(store.database.url) as frozen:
        await frozen.execute("SELECT FROM run_watches FOR UPDATE")
        found = await exchange(store, "b", watched=[RUN, other])
        assert found.held == {other}
        assert found.states == {RUN: RunState(7, "seven")}
        await frozen.rollback()
        assert (await exchange(store, "b", 7)).held == {RUN}
        missing = f"{RUN}2"
        row = (missing, 0.0, 0, False)
        columns = "run_arn, leased_until, sequence, ended"
        await frozen.execute(
            f"INSERT INTO run_watches ({columns}) VALUES (%s, %s, %s, %s)".encode(),  # noqa: S608
            row,
        )
        with pytest.raises(Upstream):
            await exchange(store, "b", watched=[missing])
        await frozen.rollback()
    assert (await exchange(store, "b", watched=[missing])).held == {missing}


async def test_the_database_ends_an_exchange_that_stands_still(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}
    renew = _Exchange._renew

    def looking(exchange: _Exchange, connection: sa.Connection, mine: set[str]) -> frozenset[str]:
        for name in ("idle_in_transaction_session_timeout", "synchronous_commit"):
            seen[name] = str(connection.scalar(sa.text(f"SHOW {name}")))
        return renew(exchange, connection, mine)

    monkeypatch.setattr(_Exchange, "_renew", looking)
    await exchange(store, "a")
    assert seen == {"idle_in_transaction_session_timeout": "2s", "synchronous_commit": "off"}


@pytest.mark.parametrize("payload", ["", "{}", f"{RUN} a", f"{RUN} a x\ntext", f"{RUN} a 1 2\n"])
def test_a_notice_of_another_version_is_none(payload: str) -> None:
    assert Notice.decoded(payload) is None


async def test_a_nudge_reaches_the_others_and_is_no_state_for_older_servers(store: Store) -> None:
    async with asyncio.timeout(20), aclosing(notices(store.database.url, CHANNEL)) as heard:
        await anext(heard)
        await store.watches.nudge("a", RUN)
        assert Notice.decoded(await anext(heard)) == Notice(RUN, "a", 0, NUDGE)
