"""The second revision keeps what a store of the first release held."""

from __future__ import annotations

from graph.store import open_store, revision_of
from tests.store.operations import new_operation
from tests.world import LAB

WAITING, UNDER_WAY, DELETION, DONE = (f"00000000-0000-4000-8000-00000000000{n}" for n in "1234")
TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-00000000000000001"


async def test_a_released_store_keeps_all_that_it_held(released: str) -> None:
    assert revision_of(released) is None
    async with open_store(released) as store:
        statuses = {row.id: row.status for row in await store.operations.unended()}
        assert statuses == {WAITING: "CREATED", UNDER_WAY: "RUNNING", DELETION: "CREATED"}
        done = await store.operations.get(DONE)
        assert (done.task_arn, done.requested_by) == (TASK, "scheduler for ann")
        assert [message for _, message in done.events] == ["created data mover 'done'"]
        run = f"{TASK}/execution/exec-00000000000000001"
        note = (await store.runs.notes([run]))[run]
        assert (note.started_by, note.cancelled_by) == ("scheduler for ann", "default")
        await store.operations.end(UNDER_WAY, "why")
        assert (await store.operations.begin(new_operation())).operation is not None
