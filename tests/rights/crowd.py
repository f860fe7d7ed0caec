"""Many callers with random rights, and a world that each sees another part of."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from graph.schema.ids import decode
from tests import leftover
from tests.world import LAB, OTHER, ask, made

T = TypeVar("T")

CALLERS = int(os.environ.get("DATASYNC_API_CALLERS", "200"))
AT_ONCE = 50
ACCOUNTS = (None, (LAB,), (OTHER,), (LAB, OTHER))
VERBS = ("read", "run", "write", "clean")
GROUPS = (None, ("g",), ("h",), ("g", "h"), ("nobodys",))
START = "mutation($m: ID!) { startMover(input: {mover: $m}) { run { id runId } } }"
FOLLOW_RUN = """subscription($id: ID!) { runProgress(run: $id) { run { id startedBy mover {
  id account { movers { nodes { id } } groups { nodes { name } } } } } } }"""


@dataclass(frozen=True)
class Thing:
    """Something that callers may see if they see the group in its account."""

    id: str
    account: str
    group: str | None
    name: str = ""
    run: str = ""
    """Of a mover: the id that AWS gave its run."""


@dataclass
class Caller:
    key: str
    accounts: tuple[str, ...] | None
    groups: tuple[str, ...] | None
    everywhere: tuple[str, ...]
    """Verbs in all groups that it sees."""
    in_groups: Mapping[str, tuple[str, ...]]
    """Verbs in single groups."""
    audit: bool

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Auth-Token": ""}

    @property
    def table(self) -> dict[str, Any]:
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        table: dict[str, Any] = {"name": self.key.replace(" ", "-"), "sha256": digest}
        if self.accounts is not None:
            table["accounts"] = list(self.accounts)
        if self.in_groups:
            table["groups"] = {name: list(verbs) for name, verbs in self.in_groups.items()}
        elif self.groups is not None:
            table["groups"] = list(self.groups)
        return table | dict.fromkeys(self.everywhere, True) | {"audit": self.audit}

    def sees_account(self, account: str) -> bool:
        return self.accounts is None or account in self.accounts

    def sees(self, thing: Thing) -> bool:
        in_group = self.groups is None or thing.group in self.groups
        return self.sees_account(thing.account) and in_group

    def may(self, verb: str, thing: Thing) -> bool:
        verbs = (*self.everywhere, *self.in_groups.get(thing.group or "", ()))
        return self.sees(thing) and bool({verb, "write"} & set(verbs))

    def may_somewhere(self, verb: str) -> bool:
        verbs = (*self.everywhere, *sum(self.in_groups.values(), ()))
        return bool({verb, "write"} & set(verbs))

    def ids(self, things: Iterable[Thing], account: str | None = None) -> set[str]:
        return {t.id for t in things if account in (None, t.account) and self.sees(t)}


@dataclass
class World:
    client: httpx.AsyncClient
    callers: list[Caller]
    movers: list[Thing] = field(default_factory=list)
    runs: list[Thing] = field(default_factory=list)
    locations: list[Thing] = field(default_factory=list)
    operations: list[Thing] = field(default_factory=list)

    @property
    def groups(self) -> set[tuple[str, str]]:
        return {(m.account, m.group) for m in self.movers if m.group is not None}

    async def tell(self, caller: Caller, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        response = await self.client.post("/graphql", json=body, headers=caller.headers)
        answer: dict[str, Any] = response.json()
        return answer

    async def each(self, work: Callable[[Caller], Awaitable[T]]) -> list[tuple[Caller, T]]:
        """In batches, so that callers share executions and reads."""
        found: list[tuple[Caller, T]] = []
        for first in range(0, len(self.callers), AT_ONCE):
            batch = self.callers[first : first + AT_ONCE]
            found += zip(batch, await asyncio.gather(*map(work, batch)), strict=True)
        return found


def random_callers() -> list[Caller]:
    choose = random.Random(12)  # noqa: S311 - the same callers each time

    def caller(number: int) -> Caller:
        groups, by_group = choose.choice(GROUPS), choose.random() < 0.5
        in_groups = {each: (choose.choice(VERBS),) for each in groups or () if by_group}
        everywhere = tuple(verb for verb in VERBS[1:] if choose.random() < 0.25)
        audit = choose.random() < 0.5
        accounts = choose.choice(ACCOUNTS)
        return Caller(f"key {number}", accounts, groups, everywhere, in_groups, audit)

    return [caller(number) for number in range(CALLERS)]


async def add_mover(world: World, account: str, group: str, now: str | None, name: str) -> None:
    """A mover that has run. ``now``: its group from then on; its parts keep the first."""
    client = world.client
    mover = await made(client, account=account, group=group, name=name)
    run = (await ask(client, START, m=mover))["startMover"]["run"]
    await events(client, FOLLOW_RUN, run["id"], dict(client.headers))
    node = "query($id: ID!) { node(id: $id) { ... on Mover { source { id } destination { id } } } }"
    ends = (await ask(client, node, id=mover))["node"]
    listed = "{ operations { nodes { id moverName } } }"
    operations = (await ask(client, listed))["operations"]["nodes"]
    world.movers.append(Thing(mover, account, now, name, run["runId"]))
    world.runs.append(Thing(run["id"], account, now))
    world.locations += [Thing(end["id"], account, group) for end in ends.values()]
    world.operations += [
        Thing(o["id"], account, group) for o in operations if o["moverName"] == name
    ]
    if now is None:
        leftover.datasync(account).untag_resource(decode(mover)[1], ["spinup:spaceid"])


async def events(
    client: httpx.AsyncClient, query: str, node_id: str, headers: dict[str, str]
) -> list[Any]:
    """All that a stream shows, without the ids of requests."""
    body = {"query": query, "variables": {"id": node_id}}
    headers = {**headers, "Accept": "text/event-stream"}
    response = await client.post("/graphql", json=body, headers=headers)
    lines = [line for line in response.text.splitlines() if line.startswith("data: {")]
    found = [json.loads(line.removeprefix("data: ")) for line in lines]
    for event in found:
        for error in event.get("errors", ()):
            del error["extensions"]["requestId"]
            error.pop("locations", None)
    return found
