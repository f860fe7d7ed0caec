"""A web page in place of AWS's answer creates, deletes and reports nothing as gone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from graph.sandbox import Fault, Sandbox
from tests.operations.crash import left
from tests.operations.stories import CANCELLED, DELETED, FROM_EFS, MADE, SHARED, UNDONE, Story
from tests.world import LAB, ended, furnish, made, serving, tell

MORE_THAN_ARE_REPEATED: Final = 6
SHOWN: Final = "query($id: ID!) { operation(id: $id) { status failure { message } } }"
READS: Final = {
    "movers": f'account(id: "{LAB}") {{ movers {{ nodes {{ name }} }} }}',
    "mover": f'mover(account: "{LAB}", group: "g", name: "one") {{ name source {{ uri }} }}',
    "node": 'node(id: "%s") { id }',
    "runs": f'mover(account: "{LAB}", group: "g", name: "one") {{ runs {{ nodes {{ id }} }} }}',
    "orphans": f'account(id: "{LAB}") {{ orphans {{ arn }} }}',
}
CALLS: Final = {
    "movers": ("ListTasks", "GetResources"),
    "mover": ("DescribeTask", "ListTagsForResource", "DescribeLocationS3"),
    "node": ("DescribeTask", "ListTagsForResource"),
    "runs": ("ListTaskExecutions",),
    "orphans": ("ListLocations", "ListTasks", "GetResources", "ListRoles", "DescribeTask"),
}


@pytest.mark.parametrize(
    ("field", "call"), [(field, call) for field, calls in CALLS.items() for call in calls]
)
async def test_nothing_is_empty_or_gone_where_a_page_came_instead(
    aws: Sandbox, tmp_path: Path, field: str, call: str
) -> None:
    furnish(aws)
    async with serving(tmp_path) as client:
        mover = await made(client)
        query = "{ %s }" % (READS[field] % mover if "%s" in READS[field] else READS[field])
        assert "errors" not in await tell(client, query)
    async with serving(tmp_path) as client:  # which remembers nothing
        aws.interceptor.add(Fault(call, "page", count=1_000))
        answer = await tell(client, query)
        aws.interceptor.clear()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes == {"UPSTREAM"}, answer


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "story", [MADE, UNDONE, FROM_EFS, DELETED, SHARED, CANCELLED], ids=lambda story: story.name
)
async def test_an_operation_ends_as_it_should_whichever_call_a_page_came_for(
    aws: Sandbox, tmp_path: Path, story: Story
) -> None:
    async with serving(tmp_path) as client:
        calls = await _told(aws, client, story, "500000000000", "NoSuchOperation")
        names = sorted({call.operation for call in aws.interceptor.calls()})
        assert story.passes in names, calls
        accounts = [f"{500_000_000_001 + number}" for number in range(len(names))]
        pairs = zip(accounts, names, strict=True)
        await asyncio.gather(*(_told(aws, client, story, *pair) for pair in pairs))
        aws.interceptor.clear()


async def _told(
    aws: Sandbox, client: httpx.AsyncClient, story: Story, account: str, call: str
) -> dict[str, Any]:
    variables = story.begin(aws, account)
    before = left(aws, account)
    aws.interceptor.forget_calls()
    # A role that was refused is not asked for again at once.
    count = 1 if call == "AssumeRole" else MORE_THAN_ARE_REPEATED
    aws.interceptor.add(Fault(call, "page", count=count, account=account))
    while True:
        answer = await tell(client, story.mutation, **variables)
        (payload,) = answer["data"].values()
        refused = answer.get("errors") or payload["errors"]
        if not refused:
            break
        assert "could not be understood" in refused[0]["message"], (call, answer)
        assert left(aws, account) == before, call
    operation = await ended(client, payload["operation"]["id"], SHOWN)
    assert (operation["status"], left(aws, account)) == (story.status, story.after), call
    return operation
