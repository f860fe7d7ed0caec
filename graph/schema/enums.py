"""Describes the values of enums that the model declares without knowing GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

import strawberry

from graph.model.audit import AuditAction, AuditPhase, Surface
from graph.model.errors import InvalidReason
from graph.model.location import SecretKind
from graph.model.mover_search import MoverOrderField, OrderDirection, ScheduleState
from graph.model.operation import OperationKind, OperationStatus, OperationStep
from graph.model.orphan import OrphanKind
from graph.model.run import Outcome
from graph.model.run_search import RunOrderField

_NEWER: Final = (
    "A value that a newer version of the server has stored and this one does not know. It occurs "
    "only while both versions are in use, such as during a rolling upgrade."
)


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
        "UPDATE_MOVER": "Changes the task, and the tags of all parts.",
        "DELETE_MOVER": "Deletes the task, its locations and the roles that were created for them.",
        "OTHER": _NEWER,
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
        "behind, a failed update restores what was there; a failed delete can be repeated.",
        "OTHER": _NEWER,
    },
)
describe(
    Outcome,
    "RunOutcome",
    "How a run ended, derived from AWS's status, its result and its counters.",
    {
        "SUCCEEDED": "Every file was transferred and, if verification was on, verified.",
        "PARTIAL": "The transfer completed, but some files failed or could not be verified.",
        "FAILED": "The run ended with an error; `result` has AWS's code and text.",
        "CANCELLED": "The run was cancelled, by this server or elsewhere.",
    },
)
describe(
    SecretKind,
    "SecretKind",
    "Who created the secret of a location, and what encrypts it.",
    {
        "MANAGED": "DataSync created it from a value that it was given, and encrypts it with AWS's "
        "own key.",
        "CUSTOMER_KEY": "DataSync created it and encrypts it with a KMS key of the account.",
        "CUSTOM": "The account's owner created it, and DataSync reads it with a role.",
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
describe(
    AuditAction,
    "AuditAction",
    "The change that was asked for, through GraphQL or REST.",
    {
        "CREATE_MOVER": "The creation of a mover.",
        "START_MOVER": "The start of a run.",
        "STOP_MOVER": "The cancellation of a run.",
        "RERUN": "The start of a run like an earlier one.",
        "SET_RUN_BANDWIDTH": "A new bandwidth limit of a run.",
        "SET_RUN_TAGS": "Other tags of a run.",
        "DELETE_MOVER": "The deletion of a mover.",
        "UPDATE_MOVER": "The change of a mover.",
        "CLEAN_ORPHANS": "The removal of orphaned locations and roles.",
        "PREVIEW_ORPHANS": "A dry run of the removal of orphans, which changes nothing.",
        "UPDATE_LOCATION": "The change of a location.",
        "ACTIVATE_AGENT": "The activation of an agent.",
        "UPDATE_AGENT": "A new name of an agent.",
        "DELETE_AGENT": "The deletion of an agent.",
        "OTHER": "A request for a change that does not say which, such as a REST update without a "
        "valid `State`; or what a newer version of the server has stored.",
    },
)
describe(
    AuditPhase,
    "AuditPhase",
    "The state of a requested change when a record was written.",
    {
        "REQUESTED": "About to be carried out. Another record with the same `attempt` follows; "
        "without one, the outcome of the change is unknown.",
        "ACCEPTED": "Carried out, or accepted as a durable operation.",
        "REFUSED": "Rejected because of the caller's rights or input, or the state of the target.",
        "FAILED": "Not carried out in full because AWS or the server failed. With an "
        "`operationId`, an accepted operation failed.",
        "COMPLETED": "The durable operation that had been accepted has completed.",
        "OTHER": _NEWER,
    },
)
describe(
    Surface,
    "ApiSurface",
    "The API that a request came in through.",
    {
        "GRAPHQL": "GraphQL over HTTP, event streams included.",
        "WEBSOCKET": "GraphQL over a WebSocket.",
        "REST": "The original REST API below `/v1/datasync`.",
        "OTHER": _NEWER,
    },
)
describe(
    ScheduleState,
    "ScheduleState",
    "Whether AWS starts a mover by itself.",
    {
        "NONE": "The mover has no schedule.",
        "ENABLED": "The mover is started at the times of its schedule.",
        "DISABLED": "The schedule is suspended, by a person or by DataSync after failures.",
        "OTHER": "The schedule has a status that AWS added later.",
    },
)
describe(
    MoverOrderField,
    "MoverOrderField",
    "What movers can be sorted by.",
    {
        "NAME": "The name of the mover.",
        "CREATED_AT": "When the mover was created. Costs a call to AWS per mover, at most once a "
        "minute.",
        "STATUS": "The status as AWS writes it, alphabetically.",
        "LAST_RUN_AT": "When the last run was requested. Costs the list of the account's runs, and "
        "a call to AWS per run that is active or not known yet.",
    },
)
describe(
    OrderDirection,
    "OrderDirection",
    "Whether the values of a list ascend or descend.",
    {
        "ASC": "The smallest or earliest comes first.",
        "DESC": "The largest or latest comes first.",
    },
)
describe(
    InvalidReason,
    "InvalidReason",
    "What is wrong with a member of an input. Further values may be added.",
    {
        "MALFORMED": "It does not have the form that its description demands.",
        "MISSING": "It is empty or absent, and is needed.",
        "TOO_LONG": "It has too many characters or items.",
        "RESERVED": "The value is reserved for AWS or the server.",
        "DUPLICATE": "It appears twice, or contradicts another member.",
        "ELSEWHERE": "It names a resource in another account, region or VPC.",
        "REFUSED_BY_AWS": "AWS found it invalid; `message` has AWS's explanation.",
    },
)
describe(
    RunOrderField,
    "RunOrderField",
    "What runs can be sorted by.",
    {"REQUESTED_AT": "When the run was requested."},
)
describe(
    OperationStep,
    "OperationStep",
    "What an operation was doing when it failed.",
    {
        "NAME": "Checking that the name is free.",
        "SOURCE": "Creating the source location and its role.",
        "DESTINATION": "Creating the destination location and its role.",
        "TASK": "Creating, changing or deleting the task.",
        "LOCATIONS": "Deleting the locations of the mover.",
        "ROLES": "Deleting the roles of the locations.",
        "TAGS": "Changing the tags of task, locations and roles.",
        "OTHER": _NEWER,
    },
)
