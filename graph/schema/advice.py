"""Advice on a run that failed."""

from __future__ import annotations

import strawberry

from graph.model import advice as model
from graph.schema.enums import describe
from graph.schema.fields import attribute

describe(
    model.RunFailureClass,
    "RunFailureClass",
    "What kind of reason a run failed for. Handle values that you do not know like null.",
    {
        "ACCESS_DENIED": "A role or user lacks a permission.",
        "AUTHENTICATION": "The credentials of a location are rejected.",
        "UNREACHABLE": "A location does not respond, or does not exist any more.",
        "INPUT_OUTPUT": "The storage or the network failed during the transfer.",
        "OUT_OF_MEMORY": "The agent has too little memory.",
        "NETWORK_INTERFACE_GONE": "A network interface of DataSync was deleted.",
        "UNSUPPORTED": "A location uses something that DataSync does not support.",
        "FILE_NOT_FOUND": "A file that was asked for is not at the source.",
        "VERIFICATION": "Files differ from the source after the transfer.",
        "FILES_SKIPPED": "Some files could not be transferred; the others were.",
    },
)
describe(
    model.RunSide,
    "RunSide",
    "One of the two ends of a transfer.",
    {"SOURCE": "What the mover reads from.", "DESTINATION": "What the mover writes to."},
)


@strawberry.type(
    description="What to do about a run that failed, or transferred only a part. It follows from "
    "AWS's error code and text, as far as AWS documents them; `Run.result` has both unchanged."
)
class RunAdvice:
    value: strawberry.Private[model.Advice]
    failure_class: model.RunFailureClass | None = attribute(
        "failure_class", "The kind of reason; null for an error that AWS does not document."
    )
    side: model.RunSide | None = attribute(
        "side", "The end that the error is about; null if it is about both, or not known."
    )
    cause: str = attribute(
        "cause", "What happened, in a sentence. AWS's own text if `failureClass` is null."
    )
    steps: list[str] = attribute(
        "steps", "What to check or change, in that order; empty if nothing is known."
    )
    retryable: bool | None = attribute(
        "retryable",
        "Whether another run may succeed although nothing was changed; null if that is not known.",
    )
    link: str | None = attribute("link", "A page of AWS's documentation about such errors.")
