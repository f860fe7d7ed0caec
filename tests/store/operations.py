"""Operations as tests record them."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from graph.store import IdempotencyKey, NewOperation, Store
from graph.store.tables import OPERATIONS

LAB = "222222222222"
KEY = IdempotencyKey.of("me", "k-1", "what")


def new_operation(name: str = "one", kind: str = "CREATE_MOVER", **changes: Any) -> NewOperation:
    """Of the mover of that name. Two of one name hold the same reservation."""
    given = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "account_id": LAB,
        "group": "g",
        "mover_name": name,
        "requested_by": "me",
        "reservation": f"{LAB} g {name}",
        "input": b"",
    }
    return NewOperation(**(given | changes))


async def accepted(
    store: Store, operation_id: str, key: IdempotencyKey | None = None, **changes: Any
) -> None:
    """Records an operation on a mover that is called like it and that it alone works on."""
    given = {"id": operation_id, "reservation": operation_id} | changes
    await store.operations.begin(new_operation(given.pop("mover_name", operation_id), **given), key)


async def change_operation(store: Store, operation_id: str, **columns: Any) -> None:
    """Puts values into columns of an operation, as if it had been recorded with them."""
    mine = sa.update(OPERATIONS).where(OPERATIONS.c.id == operation_id)
    await store.database.write(mine.values(columns))
