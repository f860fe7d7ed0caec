"""What a request and a caller may use, for clients that adapt to it."""

from __future__ import annotations

import strawberry

from graph.model.limits import ServerLimits
from graph.schema.fields import attribute


@strawberry.type(
    description="What one request and one caller may use. To learn what a request costs, send "
    '`"extensions": {"cost": true}` with it.'
)
class Limits:
    value: strawberry.Private[ServerLimits]
    body_bytes: int = attribute(
        "body_bytes", "The largest request body that is accepted, in bytes."
    )
    calls_per_request: int = attribute(
        "calls_per_request",
        "How many calls to AWS one request may take, computed from its fields and the sizes of its "
        "pages before it is executed. A request that needs more is rejected as TOO_COSTLY.",
    )
    accounts_per_request: int = attribute(
        "accounts_per_request",
        "How many accounts one request may access, not counting those in the server's settings.",
    )
    call_budget: int = attribute(
        "call_budget",
        "How many calls to AWS a key may use at once. An end user of the key has a quarter of it. "
        "A request that needs more is rejected as THROTTLED until enough of it is restored.",
    )
    calls_per_second: float = attribute(
        "calls_per_second", "How many calls are restored to the budget of a key per second."
    )
    operations_per_caller: int = attribute(
        "operations_per_caller",
        "How many creates and deletes of a key may be in progress at the same time.",
    )
