"""How many calls to AWS each field may take, if nothing is cached and nothing is shared.

A list counts as 1,000 tasks. Requests that take fewer calls get the difference back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graph.model.location import MOST_AGENTS
from graph.model.price import Price, Prices
from graph.schema.locations import TYPES

_LIST: Final = ("list", 20)
"""The pages of an account's tasks and of their tags; read once for all lists of the account."""
_TASK: Final = frozenset({("task", 1)})
_ENDS: Final = ("ends", 1)
_LATEST: Final = ("latest run", 1)
_LISTED: Final = Price(reads=frozenset({_LIST}))
_TASKS: Final = frozenset({("tasks", 100)})
"""A call for each task, which no argument bounds. AWS allows 100 unless the quota was raised."""
_LOCATIONS_LISTED: Final = frozenset({("locations", 20)})
_LAST: Final = frozenset({("last of all runs", 12)})
"""The pages of an account's runs, and two that show their order."""
_LAST_RUNS: Final = _LAST | {("last runs", 100)}
_ALL_RUNS: Final = _LAST_RUNS | {("runs of each task", 100)}
"""Of an account with more runs than its list may have, those of each task are listed."""
_SEARCH: Final = {
    "filter.locationKind": _TASKS | _LOCATIONS_LISTED,
    "filter.lastOutcome": _LAST_RUNS,
    "filter.hasRun": _LAST,
    "filter.schedule": _TASKS,
    "orderBy.field=CREATED_AT": _TASKS,
    "orderBy.field=LAST_RUN_AT": _LAST_RUNS,
}
"""What a search reads beyond the list."""
_RUN_TIMES: Final = frozenset({("times of runs", 20)})
_RUN_SEARCH: Final = {
    "filter.outcome": frozenset({("outcomes of runs", 100)}),
    "filter.since": _RUN_TIMES,
    "filter.until": _RUN_TIMES,
}
_OF_TASK: Final = Price(reads=_TASK)
_LOCATION: Final = Price(1, reads=frozenset({_ENDS}))
_LOCATIONS: Final = ("Location", "OtherLocation", *(made.__name__ for made in TYPES.values()))
_MOVER: Final = Price(2)
_RUN: Final = Price(3)
_AGENT: Final = Price(1)
_ORPHANS: Final = Price(100)
"""A call for each task and for each S3 location, which no argument bounds; the aliases of one
request share them. AWS allows 100 tasks unless the quota was raised."""

PRICES: Final[Prices] = {
    "Query.account": Price(20),
    "Query.mover": Price(20),
    "Query.choices": Price(20),
    "Query.preflightMover": Price(22),
    "Query.preflightStart": Price(12),
    "Query.waitForRun": Price(5),
    "Query.node": Price(20),
    # Of an account or group the whole list, but that is shared; the others take at most three.
    "Query.nodes": Price(20, per_item=3),
    "Account.groups": _LISTED,
    "Account.group": _LISTED,
    "Account.movers": replace(_LISTED, asked=_SEARCH),
    "Account.agents": Price(reads=frozenset({("agents", 10)})),
    "Account.runs": Price(reads=_ALL_RUNS | {_LIST}),
    "Account.orphans": _ORPHANS,
    # The group itself was found in the list of its account.
    "Group.movers": Price(1, asked=_SEARCH),
    "Group.runs": Price(reads=_ALL_RUNS | {_LIST}),
    "MoverSummary.movers": _LISTED,
    "MoverSummary.running": _LISTED,
    "MoverSummary.failedLast": Price(reads=_LAST_RUNS | {_LIST}),
    "MoverSummary.neverRan": Price(reads=_LAST | {_LIST}),
    "MoverSummary.disabledSchedules": Price(reads=_TASKS | {_LIST}),
    "Mover.createdAt": _OF_TASK,
    "Mover.version": Price(1, reads=_TASK),
    "Mover.options": _OF_TASK,
    "Mover.includes": _OF_TASK,
    "Mover.excludes": _OF_TASK,
    "Mover.schedule": _OF_TASK,
    "Mover.logGroupArn": _OF_TASK,
    "Mover.manifest": _OF_TASK,
    "Mover.report": _OF_TASK,
    "Mover.networkInterfaceArns": _OF_TASK,
    "Mover.errorCode": _OF_TASK,
    "Mover.errorDetail": _OF_TASK,
    "Mover.source": _LOCATION,
    "Mover.destination": _LOCATION,
    "Mover.currentRun": Price(2, reads=frozenset({_LATEST})),
    # The last runs of many movers are read from one list of their account.
    "Mover.lastRun": Price(1),
    "Mover.runs": Price(5, per_item=1, asked=_RUN_SEARCH),
    "Mover.run": Price(1),
    "MoverPermissions.start": Price(4, reads=_TASK),
    "Run.advice": Price(reads=frozenset({_ENDS})),
    "Run.mover": _MOVER,
    "Run.tags": Price(1),
    "Operation.mover": Price(2, reads=frozenset({_LIST})),
    "RunUpdate.mover": _MOVER,
    "NameTaken.existing": Price(3, reads=frozenset({_LIST})),
    "AlreadyRunning.run": Price(6),
    "StartMoverPayload.run": _RUN,
    "StartMoverPayload.mover": _MOVER,
    "RerunPayload.run": _RUN,
    "RerunPayload.mover": _MOVER,
    "StopMoverPayload.run": _RUN,
    "StopMoverPayload.mover": _MOVER,
    "SetRunBandwidthPayload.run": _RUN,
    "SetRunTagsPayload.run": _RUN,
    **{f"{name}.tags": Price(1) for name in _LOCATIONS},
    **{f"{name}.agents": Price(1 + MOST_AGENTS) for name in _LOCATIONS},
    "Agent.createdAt": _AGENT,
    "Agent.endpointType": _AGENT,
    "Agent.lastContactAt": _AGENT,
    "Agent.privateLink": replace(_AGENT, calls=2),
    "Mover.advice": Price(2 + 2 * MOST_AGENTS, reads=_TASK),
    "ActivateAgentPayload.agent": Price(1),
    "UpdateAgentPayload.agent": Price(1),
    "UpdateLocationPayload.location": Price(2),
    "Mutation.updateLocation": Price(100),
    "Mutation.activateAgent": Price(5),
    "Mutation.updateAgent": Price(5),
    "Mutation.deleteAgent": Price(100),
    "Mutation.createMover": Price(30),
    "Mutation.startMover": Price(10),
    "Mutation.rerun": Price(13),
    "Mutation.stopMover": Price(10),
    "Mutation.setRunBandwidth": Price(8),
    "Mutation.setRunTags": Price(8),
    "Mutation.updateMover": Price(30),
    "Mutation.deleteMover": Price(30),
    "Mutation.cleanOrphans": Price(200),
    "Subscription.activity": Price(20),
    "Subscription.runProgress": Price(5),
    # The movers of a few runs are read one by one, those of many from the list of their account.
    "Subscription.runsProgress": Price(20, per_item=1),
}
"""Fields that are not here take no calls: a test lists those that wait for something else."""
