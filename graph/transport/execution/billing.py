"""Charges operations to their callers, and tells clients that ask what an operation cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLError

from graph.concurrency import Bill, Budget, OverBudget
from graph.transport.execution.limits import QueryLimits
from graph.transport.execution.request import Operation, OperationRequest, RequestError

Charge = Callable[[Any, int], Bill]
"""Charges the calls of an operation to an identity. Raises OverBudget."""


_UNLIMITED: Final = 2.0**53
"""As many calls as a number of JSON may say that there are left."""


class OperationThrottled(RequestError):
    """An operation that is not executed because its caller has used its budget of calls."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        """After which the operation can be repeated, at least 1."""
        message = (
            f"Your budget of calls to AWS is used up. Repeat the request in {self.seconds} "
            "seconds, or request less."
        )
        extensions = {"code": "THROTTLED", "retryAfter": self.seconds}
        super().__init__([GraphQLError(message, extensions=extensions)])


def free_of_charge() -> Charge:
    """For a schema whose fields cost nothing but the server's own time."""
    unlimited = Budget(_UNLIMITED, 1.0)
    return lambda _identity, calls: unlimited.charge("", None, calls)


def bill_of(charge: Charge, operation: Operation, request: OperationRequest) -> Bill:
    """Charges an operation before it is executed. Raises OperationThrottled."""
    try:
        return charge(request.identity, operation.calls)
    except OverBudget as error:
        raise OperationThrottled(error.seconds) from None


def calls_of(context: Any) -> int:
    """The calls that were made with a context so far; 0 where it does not count them."""
    return int(getattr(context, "calls", 0))


def cost_of(operation: Operation, limits: QueryLimits, bill: Bill, used: int) -> dict[str, int]:
    """The member ``cost`` in the extensions of a response."""
    return {
        "fields": operation.fields,
        "maxFields": limits.cost,
        "requestedCalls": operation.calls,
        "usedCalls": used,
        "maxCalls": limits.calls,
        "availableCalls": bill.available,
    }
