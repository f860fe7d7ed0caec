"""The cleanup service: everything that can be done with orphans, apart from rights."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from graph.aws.client.gateway import Gateway
from graph.cleanup.orphans import find_orphans
from graph.cleanup.removal import remove_orphans
from graph.model.errors import ApiError
from graph.model.mover import Account
from graph.model.operation import OperationKind
from graph.model.orphan import Bounds, Orphan
from graph.store import Store


class Cleanup:
    """Finds and removes what no mover needs, and what no operation in progress may need."""

    def __init__(self, gateway: Gateway, store: Store, *, age: float) -> None:
        """``age``: seconds; nothing younger than that is an orphan."""
        self._gateway, self._store, self._age = gateway, store, age

    async def find(self, account: Account) -> list[Orphan]:
        """The orphans of an account in one region, the locations first.

        Equal requests at the same time share one scan, which costs the pages of four lists and a
        call for each task and each S3 location of the account.
        """
        aws = self._gateway.bind(*account.place)

        async def scan() -> list[Orphan]:
            return await find_orphans(aws, await self._bounds(account.account_id))

        found: list[Orphan] = await aws.shared(("orphans",), scan)
        return found

    async def remove(
        self, account: Account, orphans: Iterable[Orphan]
    ) -> dict[str, ApiError | None]:
        """Removes orphans, each after another check. By ARN: None, or why it was kept."""
        # Read again: operations may have begun since the orphans were found.
        bounds = await self._bounds(account.account_id)
        return await remove_orphans(self._gateway.bind(*account.place), orphans, bounds)

    async def _bounds(self, account_id: str) -> Bounds:
        """By the operations of all regions, whose roles are those of the account."""
        alive = [
            row for row in await self._store.operations.unended() if row.account_id == account_id
        ]
        deleting = OperationKind.DELETE_MOVER.value
        return Bounds(
            made_before=datetime.now(UTC) - timedelta(seconds=self._age),
            operations=frozenset(row.id for row in alive),
            groups=frozenset(row.group for row in alive if row.kind == deleting),
        )
