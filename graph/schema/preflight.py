"""The queries that examine a create or a start beforehand, and their results."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model import preflight as model
from graph.model.advice import RunSide
from graph.resolvers import preflight
from graph.schema import advice  # noqa: F401 - describes RunSide
from graph.schema.enums import describe
from graph.schema.fields import Info, attribute, or_null, reads
from graph.schema.ids import expect
from graph.schema.inputs import CreateMoverInput, new_mover
from graph.schema.override_inputs import RunOverridesInput, run_overrides

describe(
    model.CheckStatus,
    "CheckStatus",
    "The result of one check of a preflight.",
    {
        "PASS": "Nothing was found that is wrong.",
        "WARN": "It may work, and there is something to know.",
        "FAIL": "The create or the start would fail, or the run.",
        "UNKNOWN": "The server cannot tell, for example because its role lacks a permission.",
    },
)

CreateInput = Annotated[
    CreateMoverInput,
    strawberry.argument(description="As for `createMover`. The idempotency key does not count."),
]
MoverId = Annotated[strawberry.ID, strawberry.argument(description="The global id of the mover.")]
Overrides = Annotated[
    RunOverridesInput | None,
    strawberry.argument(description="As for `startMover`: what the run would do differently."),
]


@strawberry.type(description="What the user can do about a check that did not pass.")
class PreflightFix:
    value: strawberry.Private[model.PreflightFix]
    text: str = attribute("text", "What to do, in a sentence.")
    policy_json: str | None = attribute(
        "policy_json",
        "A policy in JSON to paste, or whose statements to add to one that exists; null if the fix "
        "is none of a policy.",
    )


@strawberry.type(description="One thing that was examined.")
class PreflightCheck:
    value: strawberry.Private[model.PreflightCheck]
    id: str = attribute(
        "id",
        "What was examined, such as `name-free`, `quota-tasks`, `bucket-exists` or `filters`. "
        "Handle ids that you do not know like any other.",
    )
    status: model.CheckStatus = attribute("status", "What the check resulted in.")
    side: RunSide | None = attribute(
        "side", "The end that the check is about; null if it is about both, or none."
    )
    message: str = attribute("message", "What was found, in a sentence.")

    @reads(
        "The place in the arguments of the mutation that the check is about, such as `input` and "
        "`name`; empty if there is none."
    )
    def path(self) -> list[str]:
        return ["input", *self.value.path] if self.value.path else []

    @reads("What to do about it; null for PASS, and where nothing is known that helps.")
    def fix(self) -> PreflightFix | None:
        return None if self.value.fix is None else PreflightFix(value=self.value.fix)


@strawberry.type(
    description="What a create or a start would meet. Nothing is changed to find it out, so that "
    "DataSync's own test of the access to a bucket is not part of it."
)
class Preflight:
    value: strawberry.Private[model.Preflight]
    ok: bool = attribute("ok", "Whether no check has the status FAIL.")

    @reads("The checks, those of the input alone before those that ask AWS.")
    def checks(self) -> list[PreflightCheck]:
        return [PreflightCheck(value=check) for check in self.value.checks]


@strawberry.type(description="The queries that examine a create or a start beforehand.")
class PreflightQueries:
    @strawberry.field(
        description="Examines what `createMover` would meet with this input, and changes nothing. "
        "Takes at most 12 calls to AWS in an account of up to 100 tasks, and one more for each key "
        "of KMS. What the management role may not read is UNKNOWN. FORBIDDEN for a key that may "
        "not create movers of the group; null for an account that the server does not serve."
    )
    async def preflight_mover(
        self,
        info: Info,
        input: CreateInput,  # noqa: A002 - the argument's name in the schema
    ) -> Preflight | None:
        found = await or_null(
            preflight.preflight_mover(
                info.context, input.account, input.group, lambda: new_mover(input), input.region
            )
        )
        return None if found is None else Preflight(value=found)

    @strawberry.field(
        description="Examines what `startMover` would meet, and changes nothing. Takes at most 12 "
        "calls to AWS. FORBIDDEN for a key that may not run the mover; null if there is no such "
        "mover."
    )
    async def preflight_start(
        self, info: Info, mover: MoverId, overrides: Overrides = None
    ) -> Preflight | None:
        task_arn = expect("Mover", mover, path=("mover",))
        found = await or_null(
            preflight.preflight_start(info.context, task_arn, lambda: run_overrides(overrides))
        )
        return None if found is None else Preflight(value=found)
