"""Describes the values of enums that the model declares without knowing GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

from graph.model.operation import OperationKind, OperationStatus
from graph.model.orphan import OrphanKind
from graph.model.run import Outcome


def describe(enum: type[Enum], name: str, description: str, values: Mapping[str, str]) -> None:
    """Makes an enum of the model a GraphQL enum. ``values`` describes each of its members.

    Raises KeyError for a member without a description.
    """
    strawberry.enum(enum, name=name, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


describe(
    OperationKind,
    "OperationKind",
    "What an operation does to its mover.",
    {
        "CREATE_MOVER": "Creates the roles, the two locations and the task of a new mover.",
        "DELETE_MOVER": "Deletes the task, its locations and the roles that were created for them.",
    },
)
describe(
    OperationStatus,
    "OperationStatus",
    "The state of an operation. Every operation ends as COMPLETED or FAILED.",
    {
        "CREATED": "Accepted and recorded, but not started yet.",
        "RUNNING": "In progress, on whichever server of the deployment holds it.",
        "COMPLETED": "Ended successfully: the mover exists, or is gone after a delete.",
        "FAILED": "Ended without success; `failure` says why. A failed create leaves nothing "
        "behind; a failed delete can be repeated.",
    },
)
describe(
    Outcome,
    "RunOutcome",
    "How a run ended, derived from AWS's status, its result and its counters.",
    {
        "SUCCEEDED": "Every file was transferred and, where verification was on, verified.",
        "PARTIAL": "The transfer completed, but some files failed or could not be verified.",
        "FAILED": "The run ended with an error; `result` has AWS's code and text.",
        "CANCELLED": "The run was cancelled, by this server or elsewhere.",
    },
)
describe(
    OrphanKind,
    "OrphanKind",
    "The kind of resource that was left behind.",
    {
        "LOCATION": "A DataSync location that no task uses.",
        "ROLE": "An IAM role that no location uses.",
    },
)
