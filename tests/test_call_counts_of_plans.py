"""Compiled documents cost the same calls to AWS, and have the same responses, as others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.model.manifest import hash_of
from graph.sandbox import Sandbox
from graph.sandbox.faults import Fault
from tests.differential.comparison import completed
from tests.test_call_counts import many, spent
from tests.test_call_counts_of_locations import with_own_ends
from tests.world import LAB, serving, tell

DOCUMENT = f"""query($described: Boolean! = true, $most: Int = 6) {{ account(id: "{LAB}") {{
  summary {{ movers running neverRan failedLast }} runs(first: 2) {{ nodes {{ runId outcome }} }}
  group(name: "g") {{ movers(first: $most) {{ totalCount nodes {{
    viewerCan {{ start stop }} version @include(if: $described)
    runs(first: 3, filter: {{ outcome: [SUCCEEDED] }}) {{ totalCount nodes {{ id status }} }}
    none: runs(first: 0) {{ totalCount edges {{ cursor }} }}
    run(runId: "exec-0123456789abcdef0") {{ id }}
    name status currentRun {{ id status }}
    source {{ id uri kind tags {{ key }} ... on S3Location {{ storageClass }} }}
    destination {{ uri }}
    createdAt @include(if: $described) options {{ verifyMode }} schedule {{ expression }}
    lastRun {{ id status outcome startedBy mover {{ name destination {{ uri }} }} }}
  }} }} }} }} }}"""
FAULTS = {
    "none": None,
    "tasks": Fault("DescribeTask", "denied", count=1_000),
    "runs": Fault("DescribeTaskExecution", "denied", count=1_000),
    "tags": Fault("ListTagsForResource", "denied", count=1_000),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS)
async def test_plans_change_neither_responses_nor_calls(
    aws: Sandbox, tmp_path: Path, fault: str
) -> None:
    tasks = many(aws, 6)
    with_own_ends(aws, tasks[:4])
    aws.turn(0)
    _run(tasks[0])
    aws.turn(60)
    aws.set_pace(launch=10_000)
    _run(tasks[1])
    plain = await _answers(aws, tmp_path / "plain", FAULTS[fault], compile_documents=False)
    before = completed()
    ahead = {hash_of(DOCUMENT): DOCUMENT}  # compiled at start
    found = await _answers(aws, tmp_path / "plans", FAULTS[fault], persisted_documents=ahead)
    assert found == plain
    assert fault != "none" or completed() > before
    assert ("errors" in plain[0][0]) is (fault != "none")


def _run(task: Any) -> None:
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    datasync_backends[LAB]["us-east-1"].start_task_execution({"TaskArn": task.arn})


async def _answers(
    aws: Sandbox, folder: Path, fault: Fault | None, **changes: Any
) -> list[tuple[dict[str, Any], dict[str, int]]]:
    """The answers of a server that knows nothing yet, and again, with what each of them cost."""
    found = []
    aws.interceptor.clear()
    async with serving(folder, **changes) as client:
        for described in (True, True, False):
            if fault is not None:
                aws.interceptor.add(fault)
            answer = orjson.dumps(await tell(client, DOCUMENT, described=described)).decode()
            shown = orjson.loads(re.sub(r'"requestId":"\w+"', '"requestId":"r"', answer))
            # In the order in which AWS answered.
            shown.get("errors", []).sort(key=lambda error: str(error["path"]))
            counts = spent(aws)
            if fault is FAULTS["tasks"]:  # of a mover whose task failed: the tags may come late
                counts.pop("datasync.ListTagsForResource", None)
            found.append((shown, counts))
    aws.interceptor.clear()
    return found
