"""Idempotency keys: what each led to, and who is about to find out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Self

import sqlalchemy as sa

from graph.model.errors import Conflict
from graph.store.database import Database
from graph.store.tables import BEATS, KEYS, RETIRED

_HELD: Final = 60.0
"""Seconds after which work that was claimed and never settled may be claimed by another: longer
than any call to AWS lasts."""


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key, with what was asked under it."""

    hashed: str
    fingerprint: str
    group: str | None = None
    """Of the mover that it is about."""

    @classmethod
    def of(cls, caller: str, key: str, what: str, group: str | None = None) -> Self:
        """Two callers' keys never meet, and none is kept as it was given."""
        return cls(_hash(f"{len(caller)} {caller} {key}"), _hash(what), group)

    def check(self, row: sa.RowMapping) -> str | None:
        """What the key led to. Raises Conflict where it was used with another input."""
        if row["fingerprint"] != self.fingerprint:
            raise Conflict("this idempotency key was used with another input")
        return None if row["result"] is None else str(row["result"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key led to, and the group that its mover was in then."""

    result: str
    group: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether the key is the asker's to work on, or what it has led to; or neither, as yet."""

    mine: bool
    result: str | None = None
    again: bool = False
    """Another has tried: what that made has to be looked for."""


class Keys(Database):
    async def key_result(self, key: Key) -> str | None:
        """What a key led to; None for a new one, or while that is open. Raises Conflict."""
        answer = await self.key_answer(key)
        return None if answer is None else answer.result

    async def key_answer(self, key: Key) -> Answer | None:
        """The same, with the group."""
        rows = await self.rows(sa.select(KEYS).where(KEYS.c.key == key.hashed))
        result = key.check(rows[0]) if rows else None
        return None if result is None else Answer(result, rows[0]["mover_group"])

    async def claim_key(self, key: Key, holder: str) -> Claim:
        """Takes the work of a key on, also of a holder that is gone. Raises Conflict."""
        now = self.now()
        values = {
            "key": key.hashed,
            "fingerprint": key.fingerprint,
            "mover_group": key.group,
            "holder": holder,
            "claimed_at": now,
            "created_at": now,
        }
        try:
            await self.write(sa.insert(KEYS).values(values), durable=True)
        except sa.exc.IntegrityError:
            return await self.transact(lambda connection: _take_over(connection, key, holder, now))
        return Claim(mine=True)

    async def settle_key(self, key: Key, result: str) -> None:
        """Keeps what a claimed key led to."""
        await self.write(sa.update(KEYS).where(KEYS.c.key == key.hashed).values(result=result))

    async def drop_key(self, key: Key) -> None:
        """Gives a claimed key back: nothing was made under it."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self.write(sa.delete(KEYS).where(open_one))

    async def release_key(self, key: Key) -> None:
        """Leaves a claimed key to whoever asks next: something may have been made under it."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self.write(sa.update(KEYS).where(open_one).values(holder=None))


def _take_over(connection: sa.Connection, key: Key, holder: str, now: float) -> Claim:
    row = connection.execute(sa.select(KEYS).where(KEYS.c.key == key.hashed)).mappings().first()
    if row is None:  # given back in between
        return Claim(mine=False)
    result = key.check(row)
    if result is not None:
        return Claim(mine=False, result=result)
    alive = sa.select(BEATS.c.id).where(BEATS.c.id == row["holder"], BEATS.c.beat != RETIRED)
    held = row["holder"] is not None and now - row["claimed_at"] < _HELD
    if held and connection.execute(alive).first():
        return Claim(mine=False)
    same = (KEYS.c.key == key.hashed) & (KEYS.c.claimed_at == row["claimed_at"])
    same &= KEYS.c.result.is_(None)
    same &= KEYS.c.holder == row["holder"] if row["holder"] else KEYS.c.holder.is_(None)
    taken = sa.update(KEYS).where(same).values(holder=holder, claimed_at=now)
    return Claim(mine=bool(connection.execute(taken).rowcount), again=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
