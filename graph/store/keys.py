"""Idempotency keys: the result of each, and who is working on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Self

import sqlalchemy as sa

from graph.model.errors import Conflict
from graph.store.database import Database
from graph.store.tables import BEATS, KEYS, RETIRED

_HELD: Final = 60.0
"""Seconds after which work that was claimed and not settled may be claimed by another: longer than
any call to AWS."""


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key, and what was requested with it."""

    hashed: str
    fingerprint: str
    group: str | None = None
    """The group of the mover concerned."""

    @classmethod
    def of(cls, caller: str, key: str, what: str, group: str | None = None) -> Self:
        """Keys of different callers never collide, and only their hashes are stored."""
        return cls(_hash(f"{len(caller)} {caller} {key}"), _hash(what), group)

    def check(self, row: sa.RowMapping) -> str | None:
        """The result of the key, if any. Raises Conflict if it was used with another input."""
        if row["fingerprint"] != self.fingerprint:
            raise Conflict("this idempotency key was used with another input")
        return None if row["result"] is None else str(row["result"])


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a key, and the group of its mover at that time."""

    result: str
    group: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether the caller is to do the work, or its result; neither while another does it."""

    mine: bool
    result: str | None = None
    again: bool = False
    """Another has tried before, and may have created something."""


class Keys(Database):
    async def key_result(self, key: Key) -> str | None:
        """The result of a key; None if it is new or its work is under way. Raises Conflict."""
        answer = await self.key_answer(key)
        return None if answer is None else answer.result

    async def key_answer(self, key: Key) -> Answer | None:
        """The same with the group of the mover."""
        rows = await self.rows(sa.select(KEYS).where(KEYS.c.key == key.hashed))
        result = key.check(rows[0]) if rows else None
        return None if result is None else Answer(result, rows[0]["mover_group"])

    async def claim_key(self, key: Key, holder: str) -> Claim:
        """Claims the work of a key, also from a holder that is gone. Raises Conflict."""
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
        """Stores the result of a claimed key."""
        await self.write(sa.update(KEYS).where(KEYS.c.key == key.hashed).values(result=result))

    async def drop_key(self, key: Key) -> None:
        """Removes a claimed key under which nothing was created."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self.write(sa.delete(KEYS).where(open_one))

    async def release_key(self, key: Key) -> None:
        """Leaves a claimed key to the next caller: something may have been created under it."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self.write(sa.update(KEYS).where(open_one).values(holder=None))


def _take_over(connection: sa.Connection, key: Key, holder: str, now: float) -> Claim:
    row = connection.execute(sa.select(KEYS).where(KEYS.c.key == key.hashed)).mappings().first()
    if row is None:  # removed in between
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
