"""The sample data: movers that the server lists, and that can be run to their end."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox, sample_data
from graph.sandbox.sample_data import EXTERNAL_ID, LAB, ORG, ROLE, SHOP
from tests.operations.by_hand import backend
from tests.world import ask, serving

MOVERS = """query($id: AccountId!) { account(id: $id) { movers { nodes {
  name status group { name } source { uri } destination { uri } } } } }"""
SEEDED = {
    LAB: [("archive-to-photos", "imaging"), ("photos-to-archive", "imaging")],
    SHOP: [("catalogue", "sales")],
}


@pytest.fixture
def seeded(aws: Sandbox) -> Sandbox:
    sample_data.seed(aws)
    return aws


@pytest.mark.parametrize("account", SEEDED)
async def test_the_server_lists_the_movers_of_each_account(
    seeded: Sandbox, tmp_path_factory: pytest.TempPathFactory, account: str
) -> None:
    given = {"org": ORG, "role": ROLE, "external_id": EXTERNAL_ID}
    async with serving(tmp_path_factory.mktemp("store"), **given) as client:
        nodes = (await ask(client, MOVERS, id=account))["account"]["movers"]["nodes"]
    assert [(node["name"], node["group"]["name"]) for node in nodes] == SEEDED[account]
    assert {node["status"] for node in nodes} == {"AVAILABLE"}
    assert all(node["source"] and node["destination"] for node in nodes)


def test_each_mover_can_be_run_and_photos_are_copied_across_accounts(seeded: Sandbox) -> None:
    runs = {}
    for account in (LAB, SHOP):
        for task in list(backend(account).tasks.values()):
            runs[task.name] = backend(account).start_task_execution({"TaskArn": task.arn})
            seeded.settle()
    assert {name: run.transfer.status for name, run in runs.items()} == dict.fromkeys(
        ("photos-to-archive", "archive-to-photos", "catalogue"), "SUCCESS"
    )
    photos = seeded.objects(LAB, "lab-photos")
    archive = seeded.objects(SHOP, "shop-archive")
    originals = {key: body for key, body in photos.items() if key.startswith("photos/")}
    assert len(originals) == sample_data.OBJECTS
    for key, body in originals.items():
        assert archive[f"photos-to-archive/{key}"] == archive[f"catalogue/{key}"] == body


def test_the_objects_are_the_same_each_time(seeded: Sandbox) -> None:
    first = seeded.objects(LAB, "lab-photos")
    seeded.reset()
    sample_data.seed(seeded)
    assert seeded.objects(LAB, "lab-photos") == first
