"""Opens what requests share: the store, AWS, operations, runs and the audit trail."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AsyncExitStack
from functools import partial

from graph.activity import Activity, AwsLooks, Pace
from graph.app.configured_rights import RightsByName
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.aws.client.served import Served
from graph.aws.locations import describe_location
from graph.aws.resource_tags import group_of_resource, resources_of_group
from graph.cleanup.service import Cleanup
from graph.cleanup.sweep import Sweep
from graph.config.settings import Settings
from graph.context import Services
from graph.history.audit import Audit
from graph.model.clock import SystemClock
from graph.model.mover import Account
from graph.operations import Operations
from graph.operations.retries import RetryPolicy
from graph.rights.policy import ResourcePolicy
from graph.runs import RunService
from graph.runs.watch import PollPolicy, SharedWatches, Sharing
from graph.store import CHANNEL, HOME_REGION, Store, notices, open_store


async def open_services(
    stack: AsyncExitStack, settings: Settings, rights: RightsByName, version: str
) -> Services:
    """Opens what requests share, in the order of dependencies."""
    store = await stack.enter_async_context(
        open_store(settings.store_url, settings.store_connections)
    )
    # Changes end after the services that make them, so that their outcome is still recorded, and
    # before the clients of AWS that they use.
    audit = await stack.enter_async_context(
        Audit(store.audit, keep_seconds=86_400 * settings.audit_days)
    )
    home = await store.facts.keep(HOME_REGION, settings.served_regions[0])
    gateway = await stack.enter_async_context(gateway_of(settings, home))
    stack.push_async_callback(audit.end_changes)
    resources = _resource_policy(settings, gateway, rights)
    operations = await stack.enter_async_context(_operations(settings, gateway, store, resources))
    sharing = await _sharing(stack, store)
    runs = await stack.enter_async_context(
        RunService(
            gateway,
            store.runs,
            operations,
            policy=PollPolicy(moving=settings.poll_seconds, per_second=settings.polls_per_second),
            sharing=sharing,
            drain=settings.drain_seconds,
            settle=settings.settle_seconds,
        )
    )
    activity = await stack.enter_async_context(_activity(settings, gateway, runs, store, sharing))
    age = 60 * settings.orphan_minutes
    await stack.enter_async_context(Sweep(gateway, store, age=age, every=settings.sweep_seconds))
    cleanup = Cleanup(gateway, store, age=age)
    owned = (gateway, runs, activity, operations, store, resources, audit, cleanup)
    return Services(*owned, version, settings.limits)


def _activity(
    settings: Settings, gateway: Gateway, runs: RunService, store: Store, sharing: Sharing | None
) -> Activity:
    return Activity(
        lambda account: AwsLooks(gateway.bind(*account.place), store),
        runs.watches,
        gateway.partition,
        sharing=sharing,
        pace=Pace(lists=settings.activity_seconds),
        note_group=gateway.moves.note,
    )


async def _sharing(stack: AsyncExitStack, store: Store) -> Sharing | None:
    """Shares watches with the servers and workers of the same PostgreSQL store."""
    if store.database.is_sqlite:
        return None
    listen = partial(notices, store.database.url, CHANNEL)
    return await stack.enter_async_context(SharedWatches(store.watches, listen, SystemClock()))


def _resource_policy(settings: Settings, gateway: Gateway, rights: RightsByName) -> ResourcePolicy:
    by_tag = settings.resource_check == "tag"

    async def group_of(account_id: str, arn: str) -> str | None:
        return await group_of_resource(gateway.bind(account_id), arn)

    async def tagged(account: Account, group: str) -> Collection[str]:
        return await resources_of_group(gateway.bind(*account.place), group)

    policy = ResourcePolicy(
        rights.of_keys,
        rules=rights.of_rules,
        enforced=settings.resource_check != "none",
        group_of=group_of if by_tag else None,
        tagged=tagged if by_tag else None,
        location_of=partial(describe_location, gateway),
    )
    policy.log_limits()
    return policy


def _operations(
    settings: Settings, gateway: Gateway, store: Store, resources: ResourcePolicy
) -> Operations:
    return Operations(
        gateway,
        store,
        resources,
        lease=settings.lease_seconds,
        drain=settings.drain_seconds,
        keep=60 * settings.operation_minutes,
        quota=settings.task_quota,
        group_quota=settings.group_quota,
        max_unfinished=settings.operations_per_caller,
        connections=settings.engine_connections,
        retry=RetryPolicy(
            first_wait=settings.retry_seconds,
            poll=min(2.0, settings.poll_seconds),
            settle=settings.settle_seconds,
        ),
    )


def gateway_of(settings: Settings, home: str | None = None) -> Gateway:
    """The way to AWS, not open yet. ``home``: as for ``Served``."""
    external_id = settings.external_id.get_secret_value() if settings.external_id else None
    clients = Clients(
        region=settings.served_regions[0],
        role=settings.role,
        org=settings.org,
        external_id=external_id,
        # Leaves time to retry a read that hangs.
        read_seconds=0.75 * settings.call_seconds,
        role_boundary=settings.role_boundary,
        classes=settings.classes,
    )
    return Gateway(
        clients,
        org=settings.org,
        served=Served(frozenset(settings.accounts), settings.served_regions, home),
        call_seconds=settings.call_seconds,
    )
