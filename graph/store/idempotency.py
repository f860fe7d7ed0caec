"""Idempotency keys: the result of each, and who works on it."""

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
class IdempotencyKey:
    """A caller's key, and what was requested with it."""

    hashed: str
    fingerprint: str
    group: str | None = None
    """The group of the mover concerned."""

    @classmethod
    def of(cls, caller: str, key: str, what: str, group: str | None = None) -> Self:
        """Keys of different callers never collide, and only their hashes are stored."""
        return cls(_hash(f"{len(caller)} {caller} {key}"), _hash(what), group)


@dataclass(frozen=True, slots=True)
class KeyResult:
    """The result of a key, and the group of its mover at that time."""

    result: str
    group: str | None


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """Whether the caller is to do the work, or its result; neither while another does it."""

    mine: bool
    result: str | None = None
    again: bool = False
    """Another has tried before, and may have created something."""


class IdempotencyKeys:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def result(self, key: IdempotencyKey) -> str | None:
        """The result of a key; None if it is new or its work is under way. Raises Conflict."""
        found = await self.find(key)
        return None if found is None else found.result

    async def find(self, key: IdempotencyKey) -> KeyResult | None:
        """The same with the group of the mover."""
        rows = await self._database.rows(sa.select(KEYS).where(KEYS.c.key == key.hashed))
        result = _result_of(rows[0], key) if rows else None
        return None if result is None else KeyResult(result, rows[0]["mover_group"])

    async def claim(self, key: IdempotencyKey, holder: str) -> KeyClaim:
        """Claims the work of a key, also from a holder that is gone. Raises Conflict."""
        now = self._database.now()
        values = {
            "key": key.hashed,
            "fingerprint": key.fingerprint,
            "mover_group": key.group,
            "holder": holder,
            "claimed_at": now,
            "created_at": now,
        }
        try:
            await self._database.write(sa.insert(KEYS).values(values), durable=True)
        except sa.exc.IntegrityError:
            return await self._database.transact(
                lambda connection: _take_over(connection, key, holder, now)
            )
        return KeyClaim(mine=True)

    async def settle(self, key: IdempotencyKey, result: str) -> None:
        """Stores the result of a claimed key."""
        await self._database.write(
            sa.update(KEYS).where(KEYS.c.key == key.hashed).values(result=result)
        )

    async def drop(self, key: IdempotencyKey) -> None:
        """Removes a claimed key under which nothing was created."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self._database.write(sa.delete(KEYS).where(open_one))

    async def release(self, key: IdempotencyKey) -> None:
        """Leaves a claimed key to the next caller: something may have been created under it."""
        open_one = (KEYS.c.key == key.hashed) & KEYS.c.result.is_(None)
        await self._database.write(sa.update(KEYS).where(open_one).values(holder=None))


def _take_over(connection: sa.Connection, key: IdempotencyKey, holder: str, now: float) -> KeyClaim:
    row = connection.execute(sa.select(KEYS).where(KEYS.c.key == key.hashed)).mappings().first()
    if row is None:  # removed in between
        return KeyClaim(mine=False)
    result = _result_of(row, key)
    if result is not None:
        return KeyClaim(mine=False, result=result)
    alive = sa.select(BEATS.c.id).where(BEATS.c.id == row["holder"], BEATS.c.beat != RETIRED)
    held = row["holder"] is not None and now - row["claimed_at"] < _HELD
    if held and connection.execute(alive).first():
        return KeyClaim(mine=False)
    same = (KEYS.c.key == key.hashed) & (KEYS.c.claimed_at == row["claimed_at"])
    same &= KEYS.c.result.is_(None)
    same &= KEYS.c.holder == row["holder"] if row["holder"] else KEYS.c.holder.is_(None)
    taken = sa.update(KEYS).where(same).values(holder=holder, claimed_at=now)
    return KeyClaim(mine=bool(connection.execute(taken).rowcount), again=True)


def _result_of(row: sa.RowMapping, key: IdempotencyKey) -> str | None:
    """None while the work is under way. Raises Conflict if the key was used with another input."""
    if row["fingerprint"] != key.fingerprint:
        raise Conflict("This idempotency key was used with another input. Use a new key.")
    return None if row["result"] is None else str(row["result"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
