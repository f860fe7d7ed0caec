"""The mutations, through the API: an id or input that is wrong is an error of the payload."""

from __future__ import annotations

from pathlib import Path

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.world import LAB, ask, furnish, serving

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
ACTIONS = {
    action: f"mutation($id: ID!) {{ {action}(input: {{mover: $id}}) {{ errors {{ code path }} }} }}"
    for action in ("startMover", "stopMover", "deleteMover")
}


async def test_a_bad_id_of_a_mover_is_pointed_at(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    codes = {
        "bad": "INVALID",
        encode("Account", LAB): "INVALID",
        encode("Mover", "no arn"): "NOT_FOUND",
        encode("Mover", TASK): "NOT_FOUND",
    }
    async with serving(tmp_path) as client:
        for action, mutation in ACTIONS.items():
            for node_id, code in codes.items():
                payload = (await ask(client, mutation, id=node_id))[action]
                assert payload["errors"] == [{"code": code, "path": ["input", "mover"]}], action
