"""Through the whole server: movers in several regions, and ids that outlive a new default."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.auth import token_for
from graph.model.location_specs import S3Spec
from graph.model.operation import NewMover
from graph.operations.inputs import CreateInput
from graph.operations.inputs import encode as encoded
from graph.operations.recovery import Recovery
from graph.operations.runtime import runtime
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests import leftover
from tests.store.operations import new_operation
from tests.world import CREATE, LAB, OTHER, ask, ended, furnish, new_mover, serving, tell

HOME, FAR = "us-east-1", "eu-west-1"
DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"
SHOWN = """query($id: ID!) { node(id: $id) { id __typename
  ... on Account { region regions movers { nodes { name } } }
  ... on Group { name account { id region } movers { nodes { name } } }
  ... on Mover { name taskArn group { id } account { id region } } } }"""
MADE = """query($id: ID!) { operation(id: $id) { status failure { message }
  account { id region } group { id } mover { id taskArn name group { id } } } }"""
LISTS = f"""{{ mover(account: "{LAB}", group: "g", name: "one", region: "{FAR}") {{ id }}
  far: account(id: "{LAB}", region: "{FAR}") {{ id movers {{ nodes {{ id }} }}
    groups {{ nodes {{ id }} }} group(name: "g") {{ id }} summary {{ movers }} }}
  home: account(id: "{LAB}") {{ regions movers {{ nodes {{ id }} }}
    other: movers(region: "{FAR}") {{ nodes {{ id }} }} }}
  operations(filter: {{region: "{FAR}"}}) {{ nodes {{ mover {{ id }} }} }}
  audit(filter: {{action: CREATE_MOVER, phase: COMPLETED}}) {{ nodes {{ region }} }}
  farAudit: audit(filter: {{region: "{FAR}"}}) {{ nodes {{ region }} }}
  homeAudit: audit(filter: {{region: "{HOME}"}}) {{ nodes {{ region }} }}
  server {{ region regions }} }}"""
TAKEN = """mutation($input: CreateMoverInput!) { createMover(input: $input) {
  errors { code path ... on NameTaken { existing { id } } } } }"""


@asynccontextmanager
async def served(folder: Path, *regions: str, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(folder, regions=regions or (HOME, FAR), **more) as client:
        yield client


def made_in(region: str) -> list[str]:
    return [task.name for task in leftover.datasync(region=region).tasks.values()]


async def create(client: httpx.AsyncClient, region: str | None, **more: Any) -> dict[str, Any]:
    """The operation once it has ended."""
    given = new_mover() | {"region": region} | more
    payload = (await ask(client, CREATE, input=given))["createMover"]
    assert payload["errors"] == []
    operation = await ended(client, payload["operation"]["id"], MADE)
    assert operation["status"] == "COMPLETED", operation
    return operation


@pytest.fixture
def account(aws: Sandbox) -> Sandbox:
    furnish(aws, LAB)
    return aws


async def test_a_mover_is_made_found_and_deleted_in_the_region_that_is_asked_for(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served(tmp_path) as client:
        home, far = await create(client, None), await create(client, FAR)
        assert (made_in(HOME), made_in(FAR)) == (["one"], ["one"])
        assert [each["account"]["region"] for each in (home, far)] == [HOME, FAR]
        assert home["account"]["id"] == encode("Account", LAB)
        assert far["account"]["id"] == encode("Account", f"{LAB}@{FAR}")
        assert far["group"]["id"] == far["mover"]["group"]["id"] != home["group"]["id"]
        payload = (await ask(client, DELETE, id=far["mover"]["id"]))["deleteMover"]
        assert (await ended(client, payload["operation"]["id"]))["status"] == "COMPLETED"
        assert (made_in(HOME), made_in(FAR)) == (["one"], [])


async def test_what_is_shown_of_an_account_is_in_the_region_that_is_asked_for(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served(tmp_path) as client:
        home, far = await create(client, None), await create(client, FAR)
        lists, ids = await ask(client, LISTS), {"id": far["mover"]["id"]}
        assert lists["mover"] == ids
        assert lists["far"]["id"] == far["account"]["id"]
        assert lists["far"]["movers"]["nodes"] == [ids]
        assert lists["far"]["groups"]["nodes"] == [lists["far"]["group"]] == [far["group"]]
        assert lists["far"]["summary"] == {"movers": 1}
        assert lists["home"]["regions"] == [HOME, FAR]
        assert lists["home"]["movers"]["nodes"] == [{"id": home["mover"]["id"]}]
        assert lists["home"]["other"]["nodes"] == [ids]
        assert [each["mover"] for each in lists["operations"]["nodes"]] == [ids]
        assert {each["region"] for each in lists["audit"]["nodes"]} == {HOME, FAR}
        for name, region in (("farAudit", FAR), ("homeAudit", HOME)):
            assert {each["region"] for each in lists[name]["nodes"]} == {region}
        assert lists["server"] == {"region": HOME, "regions": [HOME, FAR]}
        for shown in (far["account"], far["group"], far["mover"]):
            node = (await ask(client, SHOWN, id=shown["id"]))["node"]
            assert node["id"] == shown["id"]
        names = (await client.get(f"/v1/datasync/{LAB}/movers/g")).json()
        assert names == ["one"], "REST shows the default region"


async def test_a_name_is_taken_in_one_region_alone(account: Sandbox, tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        far = await create(client, FAR, idempotencyKey="k")
        taken = (await ask(client, TAKEN, input=new_mover() | {"region": FAR}))["createMover"]
        assert taken["errors"][0]["existing"] == {"id": far["mover"]["id"]}
        again = new_mover() | {"region": FAR, "idempotencyKey": "k"}
        assert (await ask(client, TAKEN, input=again))["createMover"]["errors"] == []
        elsewhere = again | {"region": None}
        (error,) = (await ask(client, TAKEN, input=elsewhere))["createMover"]["errors"]
        assert error["code"] == "CONFLICT", "the key was used for another region"
        assert made_in(HOME) == []
        await create(client, HOME)


async def test_a_region_that_is_not_served_is_refused_and_its_ids_lead_nowhere(
    account: Sandbox, tmp_path: Path
) -> None:
    nowhere = "ap-south-1"
    end = leftover.location(leftover.role("there"), region=nowhere)
    task = leftover.task(end, end, "one", leftover.tags(), nowhere)
    async with served(tmp_path) as client:
        for query in (
            f'{{ account(id: "{LAB}", region: "{nowhere}") {{ id }} }}',
            f'{{ mover(account: "{LAB}", group: "g", name: "one", region: "{nowhere}") {{ id }} }}',
            f'{{ account(id: "{LAB}") {{ movers(region: "{nowhere}") {{ totalCount }} }} }}',
        ):
            (error,) = (await tell(client, query))["errors"]
            assert error["extensions"]["code"] == "INVALID"
            assert "Its regions are us-east-1, eu-west-1." in error["message"]
        given = new_mover() | {"region": nowhere}
        (error,) = (await ask(client, TAKEN, input=given))["createMover"]["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "region"])
        for kind, key in (
            ("Account", f"{LAB}@{nowhere}"),
            ("Account", f"{LAB}@"),
            ("Group", f"{LAB}@{nowhere}:g"),
            ("Mover", task),
        ):
            assert (await ask(client, SHOWN, id=encode(kind, key)))["node"] is None
        assert account.interceptor.counts()["datasync.CreateTask"] == 0


async def test_what_names_no_region_stays_where_it_was_when_another_becomes_the_default(
    account: Sandbox, tmp_path: Path
) -> None:
    furnished = f"arn:aws:s3:::from-{LAB}"
    spec = S3Spec(bucket_arn=furnished)
    new = NewMover(account_id=LAB, group="g", name="older", source=spec, destination=spec)
    async with served(tmp_path, HOME, FAR) as client:
        old = await create(client, None)
        assert old["account"]["id"] == encode("Account", LAB)
        begun = await runtime().store.operations.begin(
            new_operation("older", input=encoded(CreateInput(new)))
        )
    async with served(tmp_path, FAR, HOME) as client:
        recovery = Recovery(runtime().store, runtime().heartbeat, keep=3_600)
        await recovery.recover_lost(abandoned=-1)
        older = await ended(client, encode("Operation", begun.operation_id), MADE)
        assert older["status"] == "COMPLETED", older
        assert sorted(made_in(HOME)) == ["older", "one"]
        assert older["account"] == old["account"]
        group = (await ask(client, SHOWN, id=old["group"]["id"]))["node"]
        assert group["account"] == old["account"]
        assert (await ask(client, SHOWN, id=old["account"]["id"]))["node"]["region"] == HOME
        far = await create(client, None)
        assert far["account"] == {"id": encode("Account", f"{LAB}@{FAR}"), "region": FAR}
        assert made_in(FAR) == ["one"]


@pytest.mark.parametrize("region", [HOME, FAR])
async def test_a_limited_key_gains_nothing_by_a_region(
    account: Sandbox, tmp_path: Path, region: str
) -> None:
    furnish(account, OTHER)
    rules = [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::to-{LAB}"]
    keys = [
        {"name": "lab", "key": "of lab", "write": True, "groups": ["g"], "accounts": [LAB]},
        {"name": "bare", "key": "of bare", "write": True, "groups": ["g"]},
    ]
    keys[0]["resources"] = rules
    async with served(tmp_path, keys=keys) as client:
        foreign = await create(client, region, group="h")
        client.headers["X-Auth-Token"] = token_for("of lab", 4)
        own = await create(client, region)
        ids = (foreign["mover"]["id"], foreign["group"]["id"], encode("Account", f"{OTHER}@{FAR}"))
        for hidden in ids:
            assert (await ask(client, SHOWN, id=hidden))["node"] is None
        listed = await ask(
            client,
            f"""{{ account(id: "{LAB}", region: "{region}") {{ movers {{ nodes {{ id }} }} }}
              other: account(id: "{OTHER}", region: "{region}") {{ id }}
              operations(filter: {{region: "{region}"}}) {{ nodes {{ mover {{ id }} }} }} }}""",
        )
        assert listed["account"]["movers"]["nodes"] == [{"id": own["mover"]["id"]}]
        assert listed["other"] is None
        assert listed["operations"]["nodes"] == [{"mover": {"id": own["mover"]["id"]}}]
        answer = await tell(client, CREATE, input=new_mover(group="h") | {"region": region})
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        client.headers["X-Auth-Token"] = token_for("of bare", 4)
        given = new_mover(name="two") | {"region": region}
        answer = await tell(client, CREATE, input=given)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", "no rule has its buckets"


BESIDE = f"""query($input: CreateMoverInput!) {{
  preflightMover(input: $input) {{ checks {{ id status }} }}
  choices(account: "{LAB}", group: "g", kind: BUCKETS, region: "{FAR}") {{ complete }}
  home: account(id: "{LAB}") {{ agents {{ nodes {{ arn }} }} }}
  far: account(id: "{LAB}", region: "{FAR}") {{ agents {{ nodes {{ arn }} }} }} }}"""
ACTIVATE = """mutation($input: ActivateAgentInput!) {
  activateAgent(input: $input) { agent { arn } errors { message } } }"""


async def test_what_a_new_mover_needs_is_looked_for_in_its_region(
    account: Sandbox, tmp_path: Path
) -> None:
    async with served(tmp_path) as client:
        await create(client, HOME)
        key = {"account": LAB, "activationKey": "ABCDE-12345-FGHIJ-67890-KLMNO", "region": FAR}
        made = (await ask(client, ACTIVATE, input=key))["activateAgent"]
        assert made["errors"] == []
        assert f":{FAR}:" in made["agent"]["arn"]
        for region, free in ((HOME, "FAIL"), (FAR, "PASS")):
            shown = await ask(client, BESIDE, input=new_mover() | {"region": region})
            checks = {each["id"]: each["status"] for each in shown["preflightMover"]["checks"]}
            assert checks["name-free"] == free
            assert made["agent"] not in shown["home"]["agents"]["nodes"]
            assert shown["far"]["agents"]["nodes"] == [made["agent"]]
            assert shown["choices"]["complete"]
