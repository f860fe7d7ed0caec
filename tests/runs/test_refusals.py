"""Starts that are refused: each state of a task has its own reason, none is the caller's input."""

from __future__ import annotations

import pytest

from graph.model.errors import AlreadyRunning, ApiError, Conflict, NotFound, QuotaExceeded
from tests.runs.lab import Lab, describing, refusing

BY = "me for you"

REFUSALS = {
    "RUNNING": (AlreadyRunning, "another datasync mover task is already running"),
    "QUEUED": (AlreadyRunning, "another datasync mover task is already running"),
    "CREATING": (Conflict, "its task is CREATING. Wait until it is AVAILABLE"),
    "UNAVAILABLE": (Conflict, r"its task is UNAVAILABLE \(AgentOffline: agent is offline\)"),
    "A_NEW_WORD": (Conflict, r"its task is A_NEW_WORD \(AgentOffline: agent is offline\)"),
}


@pytest.mark.parametrize("status", REFUSALS)
async def test_each_state_of_a_task_has_its_own_refusal(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    kind, text = REFUSALS[status]
    known = {} if status == "CREATING" else _OFFLINE
    describing(monkeypatch, lambda task: task.update(Status=status, **known))
    with pytest.raises(kind, match=text) as caught:
        await lab.runs.start(lab.task, BY)
    assert type(caught.value) is kind
    assert lab.started() == 0


_OFFLINE = {"ErrorCode": "AgentOffline", "ErrorDetail": "agent is offline"}


async def test_a_broken_mover_tells_what_is_wrong_with_it(lab: Lab) -> None:
    lab.aws.break_task(lab.task, "AgentOffline", "agent is offline")
    with pytest.raises(Conflict, match=r"UNAVAILABLE \(AgentOffline: agent is offline\)"):
        await lab.runs.start(lab.task, BY)
    lab.aws.break_task(lab.task, None)
    await lab.runs.start(lab.task, BY)


TEXTS = {
    "You have reached the maximum number of queued task executions (50).": QuotaExceeded,
    "You have exceeded the limit of 50 queued executions.": QuotaExceeded,
    "Task task-1 is in a state that nobody knows.": Conflict,
    "'mode' failed to satisfy constraint: Member must satisfy enum value set": Conflict,
}


@pytest.mark.parametrize(("text", "kind"), TEXTS.items())
async def test_what_aws_refuses_is_never_the_callers_input(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, text: str, kind: type[ApiError]
) -> None:
    refusing(monkeypatch, text)
    with pytest.raises(kind):
        await lab.runs.start(lab.task, BY)


async def test_a_refusal_is_explained_by_the_state_that_the_task_has_then(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, "Queueing is disabled and the task is already running.")
    seen = iter(["AVAILABLE", "RUNNING"])
    describing(monkeypatch, lambda task: task.update(Status=next(seen)))
    with pytest.raises(AlreadyRunning):
        await lab.runs.start(lab.task, BY)


async def test_a_mover_that_is_gone_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound):
        await lab.runs.start(f"{lab.task[:-1]}{'0' if lab.task[-1] != '0' else '1'}", BY)
