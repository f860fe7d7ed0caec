"""What is recorded of an operation, and what others find that hold the same name."""

from __future__ import annotations

import uuid
from typing import Final

from graph.model.caller import Caller
from graph.model.errors import Conflict
from graph.model.mover import Account
from graph.model.operation import OperationKind
from graph.observability.tracing import current_traceparent
from graph.operations import inputs
from graph.store import NewOperation, StoredOperation

_BUSY: Final = {
    OperationKind.CREATE_MOVER.value: "The mover is still being created.",
    OperationKind.UPDATE_MOVER.value: "The mover is being changed.",
    OperationKind.DELETE_MOVER.value: "The mover is being deleted.",
}


def new_operation(  # noqa: PLR0913, PLR0917 - each is a part of what is recorded
    kind: OperationKind,
    names: tuple[Account, str | None, str],
    caller: Caller,
    given: inputs.Input,
    task_arn: str | None = None,
    also_claims: str | None = None,
) -> NewOperation:
    """``names``: account, group and name of the mover. ``also_claims``: see ``NewOperation``."""
    account, group, mover_name = names
    return NewOperation(
        id=str(uuid.uuid4()),
        kind=kind.value,
        account_id=account.account_id,
        region=account.stored_region,
        group=group,
        mover_name=mover_name,
        task_arn=task_arn,
        requested_by=caller.identity.who,
        requested_key=caller.identity.key,
        on_behalf_of=caller.identity.on_behalf_of,
        reservation=inputs.reservation_of(account.key, group, mover_name),
        also_claims=also_claims,
        input=inputs.encode(given, current_traceparent()),
    )


def joined(holder: StoredOperation) -> str:
    """The id of a deletion that is under way. Raises Conflict for any other operation."""
    if holder.kind != OperationKind.DELETE_MOVER.value:
        raise busy(holder)
    return str(holder.id)


def busy(holder: StoredOperation) -> Conflict:
    """The error for an operation on a mover that another works on."""
    what = _BUSY.get(holder.kind, "Another operation works on the mover.")
    return Conflict(f"{what} Wait for its operation to end.")
