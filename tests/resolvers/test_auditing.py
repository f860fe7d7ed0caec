"""The right to write is checked before the form of a request, and every rejection is recorded."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.model.audit import AuditFilter, AuditTarget
from graph.model.errors import NotFound
from graph.model.window import Window
from graph.resolvers import changes
from graph.resolvers.auditing import named_target, stored_region, task_target
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from graph.store.stored_operation import Parts
from tests.audited import ADMIN, MUTATIONS, TOKENS, Lab, opened_lab
from tests.resolvers.lab import asking, opened
from tests.resolvers.test_changes import shown
from tests.store.operations import new_operation
from tests.world import HEADERS, LAB, furnish


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened_lab(aws, tmp_path) as opened:
        yield opened


BY_ACCOUNT = ("CREATE_MOVER", "ACTIVATE_AGENT", "CLEAN_ORPHANS", "PREVIEW_ORPHANS")
BY_ID = {name: field for name, (field, _, _) in MUTATIONS.items() if name not in BY_ACCOUNT}


@pytest.mark.parametrize(
    ("key", "code"), [("reader", "FORBIDDEN"), ("of-h", "INVALID"), (ADMIN, "INVALID")]
)
async def test_what_is_rejected_for_its_form_is_recorded_and_only_writers_learn_why(
    lab: Lab, aws: Sandbox, caplog: pytest.LogCaptureFixture, key: str, code: str
) -> None:
    caplog.set_level(logging.INFO, logger="graph.audit")
    headers = {"X-Auth-Token": TOKENS.get(key, HEADERS["X-Auth-Token"])}
    calls = aws.interceptor.counts()
    for action, field in BY_ID.items():
        for wrong in ("x", encode("Operation", "o"), encode("Mover", "")):
            given = {
                "SET_RUN_BANDWIDTH": f'run: "{wrong}", bytesPerSecond: 1',
                "RERUN": f'run: "{wrong}"',
                "SET_RUN_TAGS": f'run: "{wrong}", tags: []',
                "UPDATE_LOCATION": f'location: "{wrong}", change: {{s3: {{}}}}',
                "UPDATE_AGENT": f'agent: "{wrong}", name: "one"',
                "DELETE_AGENT": f'agent: "{wrong}"',
            }.get(action, f'mover: "{wrong}"')
            query = f"mutation {{ {field}(input: {{{given}}}) {{ errors {{ code }} }} }}"
            answer = (
                await lab.client.post("/graphql", json={"query": query}, headers=headers)
            ).json()
            (told,) = answer.get("errors") or answer["data"][field]["errors"]
            assert told.get("code", told.get("extensions", {}).get("code")) == code
            assert [shown(each) for each in await lab.fresh()] == [
                ("REFUSED", action, key, "GRAPHQL", code)
            ]
    assert aws.interceptor.counts() == calls
    assert caplog.text.count("audit=REFUSED") == 3 * len(BY_ID)


MALFORMED: list[tuple[str, str, str, str, str, int]] = [
    ("CREATE_MOVER", "POST", f"{LAB}/movers/h", "{", "INVALID", 400),
    ("CREATE_MOVER", "POST", f"{LAB}/movers/h", "{}", "INVALID", 400),
    ("CREATE_MOVER", "POST", f"{LAB}/movers/h", '{"Name":5}', "INVALID", 400),
    ("CREATE_MOVER", "POST", "2/movers/h", "{}", "INVALID", 400),  # as the original: body first
    ("OTHER", "PUT", f"{LAB}/movers/h/lm1", '{"State":"bogus"}', "INVALID", 400),
    ("OTHER", "PUT", f"{LAB}/movers/h/lm1", " " * 20_000, "INVALID", 400),
    ("START_MOVER", "PUT", "2/movers/h/lm1", '{"State":"start"}', "NOT_FOUND", 404),
    ("STOP_MOVER", "PUT", "2/movers/h/lm1", '{"State":"stop"}', "NOT_FOUND", 404),
    ("DELETE_MOVER", "DELETE", "2/movers/h/lm1", "", "NOT_FOUND", 404),
]


@pytest.mark.parametrize("key", ["reader", "of-h", ADMIN])
async def test_a_malformed_rest_request_is_recorded_and_only_writers_learn_why(
    lab: Lab, key: str
) -> None:
    headers = {"X-Auth-Token": TOKENS.get(key, HEADERS["X-Auth-Token"])}
    for action, method, path, body, code, status in MALFORMED:
        where = f"/v1/datasync/{path}"
        answer = await lab.client.request(method, where, content=body, headers=headers)
        expected = ("FORBIDDEN", 403) if key == "reader" else (code, status)
        (record,) = await lab.fresh()
        assert (record["errorCode"], answer.status_code) == expected
        assert (record["phase"], record["action"], record["key"]) == ("REFUSED", action, key)
        account, _, group, *name = path.split("/")
        target = record["accountId"], record["group"], record["moverName"]
        assert target == (account, group, name[0] if name else None)


async def test_the_group_of_a_deletion_that_failed_is_recorded_whoever_asks(
    aws: Sandbox, tmp_path: Path
) -> None:
    task_arn = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
    furnish(aws, LAB)
    async with opened(tmp_path, LAB) as services:
        given = new_operation(kind="DELETE_MOVER", task_arn=task_arn)
        begun = await services.store.operations.begin(given)
        parts: Parts = [(f"arn:aws:datasync:us-east-1:{LAB}:location/loc-1", None)]
        await services.store.operations.set_parts(begun.operation_id, parts)
        await services.store.operations.end(begun.operation_id, "why")
        context = asking(services, groups=frozenset({"h"}))
        with pytest.raises(NotFound):
            await changes.delete_mover(context, task_arn)
        last = (await services.audit.page(AuditFilter(), Window(1)))[0].record
        target = last.target
    assert (last.phase.value, last.error_code) == ("REFUSED", "NOT_FOUND")
    assert (target.account_id, target.group, target.mover_name) == (LAB, "g", "one")


async def test_an_account_that_is_none_is_recorded_in_part_and_printable(lab: Lab) -> None:
    query = "mutation($a: AccountId!) { cleanOrphans(input: {account: $a}) { errors { code } } }"
    for wrong in ("9" * 5_000, "a\x00b\n"):
        body = {"query": query, "variables": {"a": wrong}}
        answer = (await lab.client.post("/graphql", json=body)).json()
        assert answer["data"]["cleanOrphans"]["errors"]
        *_, record = await lab.fresh()
        assert record["phase"] == "REFUSED"
        assert len(record["accountId"]) <= 64
        assert record["accountId"].isprintable()
        assert record["accountId"][0] == wrong[0]


TASK = f"arn:aws:datasync:{{}}:{LAB}:task/task-0123456789abcdef0"


@pytest.mark.parametrize(("region", "stored"), [("us-east-1", None), ("eu-west-1", "eu-west-1")])
async def test_the_region_of_a_task_is_that_of_its_arn(
    tmp_path: Path, region: str, stored: str | None
) -> None:
    async with opened(tmp_path) as services:
        arn = TASK.format(region)
        expected = AuditTarget(account_id=LAB, region=stored, task_arn=arn)
        assert task_target(asking(services), arn) == expected
        assert stored_region(asking(services), region) == stored


async def test_a_name_is_one_of_the_default_region_and_a_malformed_arn_stays_a_text(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as services:
        named = AuditTarget(account_id=LAB, group="g", mover_name="one")
        assert named_target(asking(services), LAB, "g", "one") == named
        assert task_target(asking(services), "x") == AuditTarget(task_arn="x")
