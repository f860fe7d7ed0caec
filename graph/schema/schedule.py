"""When DataSync starts a mover by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final

import strawberry

from graph.concurrency import in_steps
from graph.model import mover as model
from graph.model.errors import Invalid
from graph.model.words import ScheduleProblem, ScheduleStatus
from graph.schema import words  # noqa: F401 - describes the enums
from graph.schema.fields import attribute, reads, word
from graph.task_settings.expressions import parse
from graph.task_settings.reading import summary

_MOST_RUNS: Final = 10
_DISABLED: Final = "DISABLED"
_BY_SERVICE: Final = "SERVICE"

FirstRuns = Annotated[
    int, strawberry.argument(description=f"The maximum number of times: 1 to {_MOST_RUNS}.")
]


@strawberry.type(description="When DataSync starts a mover by itself.")
class Schedule:
    value: strawberry.Private[model.Schedule]
    expression: str = attribute(
        "expression",
        "A `cron(..)` or `rate(..)` expression, evaluated in UTC, such as `cron(0 3 * * ? *)`.",
    )
    status: ScheduleStatus | None = word(
        ScheduleStatus,
        "status",
        "Whether the schedule starts the mover; null if AWS does not report it.",
    )
    status_text: str | None = attribute(
        "status", "The status as AWS writes it; null if AWS does not report it."
    )
    status_changed_at: datetime | None = attribute(
        "status_changed_at",
        "When the schedule was last enabled or disabled; null if AWS does not report it.",
    )
    disabled_by: str | None = attribute(
        "disabled_by",
        "Who disabled the schedule: SERVICE means DataSync did so after repeated failures, USER "
        "means a person did. Null if AWS does not report it.",
    )
    disabled_reason: str | None = attribute(
        "disabled_reason", "AWS's explanation of why the schedule is disabled, if it gives one."
    )

    @reads(
        "What the expression means, such as `At 03:00 on Monday (UTC)`; null if the server does "
        "not understand it, or has no words for it."
    )
    def summary(self) -> str | None:
        return summary(self.value.expression)

    @strawberry.field(
        description="Why the schedule may not start the mover; null if the server knows no reason."
    )
    async def problem(self) -> ScheduleProblem | None:
        value = self.value
        if value.status == _DISABLED and value.disabled_by == _BY_SERVICE:
            return ScheduleProblem.DISABLED_BY_SERVICE
        expression = parse(value.expression)
        return await in_steps(partial(expression.problem, datetime.now(UTC)))

    @strawberry.field(
        description="The next times at which DataSync starts the mover, computed from a `cron(..)` "
        "expression for up to 40 years; empty while the schedule is disabled. Null if they are not "
        "known: of a `rate(..)`, which counts from a time that AWS does not report, and of an "
        "expression that the server does not understand."
    )
    async def next_runs(self, first: FirstRuns = 3) -> list[datetime] | None:
        if not 1 <= first <= _MOST_RUNS:
            raise Invalid(f"'first' must be between 1 and {_MOST_RUNS}.", path=("first",))
        if self.value.status == _DISABLED:
            return []
        expression = parse(self.value.expression)
        return await in_steps(partial(expression.next, datetime.now(UTC), first))
