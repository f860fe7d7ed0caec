"""The services of a server without a server around them, and requests to their resolvers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from graph.activity import Activity, AwsLooks
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.client.served import Served
from graph.cleanup.service import Cleanup
from graph.context import Context, Services, open_context
from graph.history.audit import Audit
from graph.model.caller import Caller, Identity, Rights
from graph.operations import Operations
from graph.rights.policy import ResourcePolicy
from graph.runs import RunService
from graph.store import open_store
from tests.stores import migrated_file
from tests.world import ORG, ROLE


@asynccontextmanager
async def opened(
    folder: Path,
    *accounts: str,
    keep: float = 3_600,
    age: float = 60,
) -> AsyncIterator[Services]:
    """Services on the sandbox with a real store. Operations that are accepted are not started.

    ``keep`` and ``age``: how long ended operations are kept, and from when on a resource that no
    mover uses is an orphan, in seconds.
    """
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with (
        Gateway(clients, org=ORG, served=Served(frozenset(accounts))) as gateway,
        open_store(migrated_file(folder / "db.sqlite")) as store,
    ):
        policy = ResourcePolicy({})
        operations = Operations(gateway, store, policy, keep=keep)
        runs = RunService(gateway, store.runs, operations)
        audit = Audit(store.audit, keep_seconds=60)
        activity = Activity(
            lambda account: AwsLooks(gateway.bind(*account.place), store), runs.watches
        )
        cleanup = Cleanup(gateway, store, age=age)
        yield Services(gateway, runs, activity, operations, store, policy, audit, cleanup, "0")


def asking(services: Services, **rights: Any) -> Context:
    """A new request of a caller with those rights."""
    return open_context(services, Caller(Identity("me"), Rights(**rights)), "r")
