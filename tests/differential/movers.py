"""The types of the server's schema that need no AWS, with random values."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any, Final

import strawberry

from graph.aws.client.served import Served
from graph.model import audit as audit_model
from graph.model import location as location_model
from graph.model import mover as mover_model
from graph.model import operation as operation_model
from graph.model import orphan as orphan_model
from graph.model import progress as progress_model
from graph.model import run as run_model
from graph.model.caller import Caller, Identity, Rights
from graph.schema import BEHIND_INTERFACES, SCALARS
from graph.schema.audit import AuditRecord
from graph.schema.connections import Connection, Edge, PageInfo
from graph.schema.location import Location
from graph.schema.locations import TYPES, of_its_kind
from graph.schema.node import Node
from graph.schema.nodes import Account, Mover, Run
from graph.schema.operations import Operation
from graph.schema.orphans import Orphan
from graph.schema.query import Viewer
from graph.transport import QueryLimits, make_schema
from graph.transport.execution.pacing import Pacer
from tests.differential.faults import built

LEFT_OUT: Final = frozenset({"ageSeconds"})
SPARED: Final = frozenset({"measured", "page"})
"""Without a measured progress it is computed from the time."""


class Values:
    """The context, with what the fields of the query return."""

    loads = True
    """Some fields wait for DataLoaders; here they all fail."""

    def __init__(self, random: Random) -> None:
        self.request_id = "r"
        self.rights = Rights(may_write=True)
        gateway = SimpleNamespace(served=Served(), org="o")
        self.services = SimpleNamespace(gateway=gateway, version="1.0.0", limits=None)
        self.runs = [_run(random), _run(random)]
        self.movers = [Mover(value=built(mover_model.Mover, random)) for _ in range(2)]
        self.locations = [_location(random) for _ in range(3)]
        self.operation = Operation(value=built(operation_model.Operation, random))
        self.audit = [AuditRecord(value=built(audit_model.AuditRecord, random))]
        self.orphans = [Orphan(value=built(orphan_model.Orphan, random))]
        self.viewer = Viewer(value=Caller(Identity("key"), self.rights))
        self.nodes: list[Any] = [self.runs[0], None, self.movers[0], self.locations[0]]
        self.page = Connection(
            edges=[Edge(cursor=str(n), node=run) for n, run in enumerate(self.runs)],
            nodes=self.runs,
            page_info=built(PageInfo, random),
            total_count=2,
        )

    @property
    def roots(self) -> list[object]:
        """Where values may be spoiled."""
        listed = [*self.runs, *self.movers, *self.locations, *self.audit, *self.orphans]
        return [*listed, self.operation, self.page]


def _run(random: Random) -> Run:
    return Run(value=built(run_model.Run, random), measured=built(progress_model.Progress, random))


def _location(random: Random) -> Location:
    kind = random.choice([*TYPES, "NEW_KIND"])
    if random.random() < 0.5:
        return of_its_kind(built(location_model.ListedLocation, random, kind=kind))
    described = {"AgentArns": ["a"], "User": None, "ServerPort": 7}
    return of_its_kind(
        built(location_model.Location, random, kind=kind, described=described, uri="s3://b/p/")
    )


Info = strawberry.Info[Values, None]


@strawberry.type
class Query:
    @strawberry.field
    def runs(self, info: Info) -> list[Run]:
        return info.context.runs

    @strawberry.field
    def page(self, info: Info) -> Connection[Run]:
        return info.context.page

    @strawberry.field
    async def movers(self, info: Info) -> list[Mover | None] | None:
        return list(info.context.movers)

    @strawberry.field
    def account(self, info: Info) -> Account | None:
        return Account(value=info.context.movers[0].value.account)

    @strawberry.field
    def locations(self, info: Info) -> list[Location]:
        return info.context.locations

    @strawberry.field
    def operation(self, info: Info) -> Operation | None:
        return info.context.operation

    @strawberry.field
    def audit(self, info: Info) -> list[AuditRecord]:
        return info.context.audit

    @strawberry.field
    def orphans(self, info: Info) -> list[Orphan] | None:
        return info.context.orphans

    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        return info.context.viewer

    @strawberry.field
    def nodes(self, info: Info) -> list[Node | None]:
        return info.context.nodes


SCHEMA = make_schema(
    query=Query,
    types=BEHIND_INTERFACES,
    scalars=SCALARS,
    limits=QueryLimits(depth=30, cost=10**9),
)
SCHEMA.pacer = Pacer(float("inf"))
"""Pauses would make the order of errors depend on the speed of the machine."""
