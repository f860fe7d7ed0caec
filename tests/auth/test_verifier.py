"""Tokens are computed off the loop, a bounded number at a time, in a fair order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import bcrypt
import pytest

from graph.auth import token_for, verifier
from graph.auth.fair_queue import Peer
from graph.auth.verifier import WAITING, Verifier, compare
from graph.model.errors import Throttled

NOBODY = Peer()


class Gate:
    """Holds every computation until it is opened, and notes the order."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.order: list[bytes] = []
        self.threads: set[str] = set()

    def compare(self, _keys: Sequence[bytes], token: bytes) -> int | None:
        self.threads.add(threading.current_thread().name)
        self.opened.wait(20)
        self.order.append(token)
        return 0


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(verifier, "compare", made.compare)
    monkeypatch.setattr(verifier, "_processors", lambda: 2)
    yield made
    made.opened.set()


@asynccontextmanager
async def bench(gate: Gate) -> AsyncIterator[Verifier]:
    made = Verifier([b"key"])
    yield made
    gate.opened.set()
    await made.aclose()


def ask(
    bench: Verifier, token: str, cost: int = 10, peer: Peer = NOBODY
) -> asyncio.Task[int | None]:
    return asyncio.create_task(bench.matching(token.encode(), cost, peer))


async def test_the_loop_goes_on_while_a_thread_computes(gate: Gate) -> None:
    async with bench(gate) as busy:
        waiting = ask(busy, "a")
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        gate.opened.set()
        assert await waiting == 0
    assert all(name.startswith("bcrypt") for name in gate.threads)


@pytest.mark.parametrize(
    ("cheap", "expensive"), [(4, 7), (6, 7), (6, 12), (8, 9), (10, 11), (10, 12)]
)
async def test_a_token_does_not_wait_for_more_expensive_ones(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, cheap: int, expensive: int
) -> None:
    def compare(keys: Sequence[bytes], token: bytes) -> int | None:
        return 0 if token.startswith(b"cheap") else gate.compare(keys, token)

    monkeypatch.setattr(verifier, "compare", compare)
    async with bench(gate) as busy:
        held = [ask(busy, f"held {n}", expensive, Peer(f"192.0.2.{n}", n)) for n in range(20)]
        await asyncio.sleep(0)
        for peer in (Peer("203.0.113.9", 1), Peer("192.0.2.1", 99)):
            async with asyncio.timeout(20):
                assert await ask(busy, f"cheap {peer}", cheap, peer) == 0
        assert not any(each.done() for each in held)
        gate.opened.set()
        await asyncio.gather(*held)


async def test_the_cost_of_a_token_does_not_decide_its_place_among_similar_ones(gate: Gate) -> None:
    async with bench(gate) as busy:
        costs = {"first": 11, "expensive": 14, "cheap": 11, "last": 12}
        asked = [ask(busy, token, cost, Peer(token)) for token, cost in costs.items()]
        await asyncio.sleep(0)
        gate.opened.set()
        await asyncio.gather(*asked)
    assert gate.order == [token.encode() for token in costs]


async def test_from_a_full_queue_the_one_with_most_before_it_is_turned_away(gate: Gate) -> None:
    async with bench(gate) as busy:
        asked = [ask(busy, f"{n}") for n in range(WAITING + 1)]
        await asyncio.sleep(0)
        with pytest.raises(Throttled):
            await ask(busy, "one more")
        other = ask(busy, "other", 9, Peer("192.0.2.2", 1))
        await asyncio.sleep(0)
        gate.opened.set()
        assert await other == 0
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers].count(Throttled) == 1
    assert isinstance(answers[-1], Throttled)


async def test_who_was_wrong_is_overtaken(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(keys: Sequence[bytes], token: bytes) -> int | None:
        return gate.compare(keys, token) if b"right" in token else None

    monkeypatch.setattr(verifier, "compare", wrong)
    attacker = Peer("192.0.2.1", 1)
    async with bench(gate) as busy:
        assert await ask(busy, "wrong", 4, attacker) is None
        first = ask(busy, "right 1", 4)
        asked = [ask(busy, f"wrong {n}", 4, attacker) for n in range(5)]
        late = ask(busy, "right 2", 4, Peer("192.0.2.1", 2))
        await asyncio.sleep(0)
        gate.opened.set()
        assert await first == 0
        assert await late == 0
        assert not any(each.done() for each in asked)
        assert set(await asyncio.gather(*asked)) == {None}


async def test_what_nobody_waits_for_is_not_reported(gate: Gate) -> None:
    async with bench(gate) as busy:
        gone = [ask(busy, f"{n}") for n in range(WAITING + 2)]
        await asyncio.sleep(0)
        for each in gone:
            each.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        assert not busy._lanes[2].waiting._heap[0].item.answer.done()


async def test_who_waits_at_the_end_is_told_so(gate: Gate) -> None:
    busy = Verifier([b"key"])
    asked = [ask(busy, f"{n}") for n in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(busy.aclose())
    await asyncio.sleep(0)
    gate.opened.set()
    await closing
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers[0] == 0
    assert {type(answer) for answer in answers[1:]} == {Throttled}


def test_every_key_is_tried_whichever_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []
    real = bcrypt.checkpw

    def checkpw(key: bytes, token: bytes) -> bool:
        tried.append(key)
        return real(key, token)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    keys = [b"a", b"b", b"c"]
    assert compare(keys, token_for("a", 4).encode()) == 0
    assert compare(keys, token_for("c", 4).encode()) == 2
    assert compare(keys, token_for("d", 4).encode()) is None
    assert tried == keys * 3


def test_a_salt_that_cannot_be_read_is_nobodys() -> None:
    assert compare([b"a"], b"$2b$04$" + b"/" * 53) is None
