"""What is remembered of tokens is bounded, expires, and does not give them away."""

from __future__ import annotations

from graph.auth.token_cache import TokenCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_oldest_entry_gives_way() -> None:
    kept: TokenCache[int] = TokenCache(3, 10, Clock())
    for number in range(10):
        kept.put(str(number).encode(), number)
    assert [kept.get(str(number).encode()) for number in range(6, 10)] == [None, 7, 8, 9]
    assert len(kept) == 3


def test_a_lookup_does_not_prolong_an_entry() -> None:
    clock = Clock()
    kept: TokenCache[int] = TokenCache(3, 10, clock)
    kept.put(b"a", 1)
    for clock.now in (5.0, 9.9):
        assert kept.get(b"a") == 1
    clock.now = 10.0
    assert kept.get(b"a") is None
    assert len(kept) == 0


def test_an_entry_that_is_put_again_lasts_anew() -> None:
    clock = Clock()
    kept: TokenCache[int] = TokenCache(3, 10, clock)
    kept.put(b"a", 1)
    clock.now = 9.0
    kept.put(b"a", 2)
    clock.now = 18.0
    assert kept.get(b"a") == 2


def test_clear_forgets_everything() -> None:
    kept: TokenCache[int] = TokenCache(3, 10, Clock())
    kept.put(b"a", 1)
    kept.clear()
    assert (kept.get(b"a"), len(kept)) == (None, 0)


def test_no_token_is_kept() -> None:
    kept: TokenCache[int] = TokenCache(3, 10, Clock())
    kept.put(b"secret", 1)
    assert b"secret" not in repr(vars(kept)).encode()
