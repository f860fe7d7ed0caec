"""The audit trail: its records, their filter and their pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import strawberry

from graph.model import audit as model
from graph.resolvers.audit import list_audit, region_of, require_audit
from graph.schema import enums  # noqa: F401 - describes the enums
from graph.schema.connections import Connection, PageRequest, connection_of, page_of, window_of
from graph.schema.fields import Info, attribute, filter_text, reads
from graph.schema.ids import bad_cursor, decode_cursor, encode_cursor
from graph.schema.scalars import AccountId, Arn

_SEQUENCE = re.compile(r"[0-9]{1,18}")


@strawberry.type(
    description="One record of the audit trail: who asked for which change, and its outcome. "
    "Records are never changed, and are deleted after the configured number of days."
)
class AuditRecord:
    value: strawberry.Private[model.AuditRecord]
    attempt: str = attribute(
        "attempt",
        "Shared by all records of one requested change. For the end of a durable operation, the "
        "id of the operation.",
    )
    at: datetime = attribute("at", "When this was recorded, by the clock of the server.")
    phase: model.AuditPhase = attribute(
        "phase", "The state of the change when the record was written."
    )
    action: model.AuditAction = attribute("action", "The kind of change that was asked for.")
    key: str = attribute("requester.key", "The name of the API key that was used.")
    on_behalf_of: str | None = attribute(
        "requester.on_behalf_of",
        "The end user the caller acted for. Null unless the key is trusted to name one.",
    )
    request_id: str | None = attribute(
        "requester.request_id",
        "The request's `X-Request-Id`. Null for the end of a durable operation.",
    )
    group: str | None = attribute(
        "target.group", "The mover's group. Null if it has none or the mover was not found."
    )
    mover_name: str | None = attribute(
        "target.mover_name", "The mover's name. Null if the mover was not found by its id."
    )
    error_code: str | None = attribute(
        "error_code",
        "The error code the caller received, or that of the failure of a durable operation "
        "(OPERATION_FAILED if the failure has no code), or INTERRUPTED if the server stopped "
        "before the change ended, so that its outcome is unknown. Null unless the phase is "
        "REFUSED or FAILED.",
    )

    @reads("The AWS account of the change, exactly as the caller sent it.")
    def account_id(self) -> AccountId | None:
        account_id = self.value.target.account_id
        return None if account_id is None else AccountId(account_id)

    @reads("The AWS region of the change. Null if its account is not known.")
    def region(self, info: Info) -> str | None:
        return region_of(info.context, self.value.target)

    @reads("The ARN of the mover's task. Null if it is not known.")
    def task_arn(self) -> Arn | None:
        return _arn(self.value.target.task_arn)

    @reads("The ARN of the run that was started or cancelled.")
    def run_arn(self) -> Arn | None:
        return _arn(self.value.target.run_arn)

    @reads("The id of the durable operation, as in the REST task log.")
    def operation_id(self) -> str | None:
        return self.value.target.operation_id

    @reads(
        "ARNs. Of a create, what its source and its destination name, such as buckets; "
        "of a start, stop, limit or delete, the locations of the mover, source first, as far as "
        "they are known; of the end of an operation, the locations and roles that it has made or "
        "deleted; of a cleanup, the orphans that were removed or, if none was, the "
        "first 20 that the request names."
    )
    def resources(self) -> list[Arn]:
        return [Arn(arn) for arn in self.value.target.resources]

    @reads("The API the request came in through. Null for the end of a durable operation.")
    def surface(self) -> model.Surface | None:
        origin = self.value.requester.origin
        return None if origin is None else origin.surface

    @reads(
        "The network address of the connection, which may be a proxy's. Null if it is not known."
    )
    def peer(self) -> str | None:
        origin = self.value.requester.origin
        return None if origin is None else origin.peer


@strawberry.input(description="Which audit records to return. Absent members match any record.")
class AuditFilter:
    key: str | None = strawberry.field(
        default=None, description="The name of the API key that was used."
    )
    on_behalf_of: str | None = strawberry.field(
        default=None, description="The end user that the caller acted for."
    )
    action: model.AuditAction | None = strawberry.field(
        default=None, description="The kind of change that was asked for."
    )
    phase: model.AuditPhase | None = strawberry.field(
        default=None, description="The state of the change when the record was written."
    )
    account: AccountId | None = strawberry.field(
        default=None, description="The AWS account of the mover or orphans."
    )
    region: str | None = strawberry.field(
        default=None, description="The AWS region of the change, as in `AuditRecord.region`."
    )
    group: str | None = strawberry.field(
        default=None, description="The group that the mover belongs to."
    )
    mover_name: str | None = strawberry.field(
        default=None, description="The name of the mover within its group."
    )
    operation_id: str | None = strawberry.field(
        default=None, description="The durable operation's id, as in `AuditRecord.operationId`."
    )
    request_id: str | None = strawberry.field(
        default=None, description="The id of the request, as in `X-Request-Id`."
    )
    since: datetime | None = strawberry.field(
        default=None, description="Only records of this time or later. UTC if it has no offset."
    )
    until: datetime | None = strawberry.field(
        default=None, description="Only records before this time. UTC if it has no offset."
    )


AuditFilterArgument = Annotated[
    AuditFilter | None,
    strawberry.argument(description="Which records to return; all if absent."),
]


async def audit_page(
    info: Info, given: AuditFilter | None, asked: Callable[[], PageRequest]
) -> Connection[AuditRecord]:
    """A page of the audit trail, newest first. Raises Forbidden and Invalid."""
    require_audit(info.context)  # before the arguments are converted
    window = window_of(asked(), _sequence)
    wanted = _filter(given or AuditFilter())
    found = await list_audit(info.context, wanted, window.and_one_more())
    items = [(encode_cursor("audit", str(entry.sequence)), entry.record) for entry in found]
    return connection_of(page_of(items, window), lambda record: AuditRecord(value=record))


def _arn(given: str | None) -> Arn | None:
    return None if given is None else Arn(given)


def _filter(given: AuditFilter) -> model.AuditFilter:
    return model.AuditFilter(
        key=filter_text(given.key, "key"),
        on_behalf_of=filter_text(given.on_behalf_of, "onBehalfOf"),
        action=given.action,
        phase=given.phase,
        account_id=filter_text(given.account, "account"),
        region=filter_text(given.region, "region"),
        group=filter_text(given.group, "group"),
        mover_name=filter_text(given.mover_name, "moverName"),
        operation_id=filter_text(given.operation_id, "operationId"),
        request_id=filter_text(given.request_id, "requestId"),
        since=given.since,
        until=given.until,
    )


def _sequence(cursor: str, argument: str) -> int:
    sequence = decode_cursor("audit", cursor, argument=argument)
    if not _SEQUENCE.fullmatch(sequence):
        raise bad_cursor(argument)
    return int(sequence)
