"""Members that the pinned SDK does not know: in its models, in answers and in the wheel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
from hatchling.builders.wheel import WheelBuilder

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.client.service_models import datasync_additions, datasync_model
from graph.model.errors import Upstream
from tests.aws.client import examples
from tests.aws.client.endpoint import Endpoint
from tests.world import LAB

ROOT: Final = Path(__file__).parents[3]
FILE: Final = "graph/aws/sdk/datasync/2018-11-09/service-2.sdk-extras.json"
COMPLETE: Final = examples.answer(examples.operation("datasync", "DescribeTaskExecution"))


def leaves(additions: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each addition: the shape, and a member of it or an attribute such as its pattern."""
    for shape, given in additions["shapes"].items():
        for name, value in given.items():
            if name == "members":
                yield from ((shape, member, value[member]) for member in value)
            else:
                yield shape, name, value


@cache
def of_the_sdk() -> Any:
    return botocore.session.Session().get_service_model("datasync")


def has(model: Any, shape: str, name: str, value: Any) -> bool:
    """Whether a model has the addition."""
    if shape not in model.shape_names:
        return False
    found = model.shape_for(shape)
    if isinstance(value, dict):
        return name in found.members and found.members[name].name == value["shape"]
    attributes = {"type": found.type_name, "required": found.metadata.get("required", [])}
    return bool((found.metadata | attributes).get(name) == value)


ADDITIONS: Final = list(leaves(datasync_additions()))


def test_the_model_has_every_addition() -> None:
    model = datasync_model()
    assert len(ADDITIONS) > 80
    assert [each for each in ADDITIONS if not has(model, *each)] == []


def test_an_addition_that_the_sdk_has_itself_is_removed() -> None:
    """Otherwise its lists would hide what later versions of the SDK add to them."""
    assert [each for each in ADDITIONS if has(of_the_sdk(), *each)] == []


def test_the_protocol_and_the_operations_are_those_of_the_sdk() -> None:
    assert datasync_additions().keys() == {"shapes"}
    assert datasync_model().operation_names == of_the_sdk().operation_names


def test_the_additions_are_in_the_wheel() -> None:
    builder = WheelBuilder(str(ROOT))
    assert FILE in {file.distribution_path for file in builder.recurse_included_files()}


@pytest.mark.asyncio(loop_scope="module")
async def test_an_answer_has_the_additions_and_is_checked_by_them(
    endpoint: Endpoint, endpoint_gateway: Gateway
) -> None:
    answer = COMPLETE | {
        "FoldersTransferred": 2**53 + 1,
        "FoldersFailed": {"List": 3},
        "Options": {"ObjectMetadata": "NONE"},
    }
    aws = endpoint_gateway.bind(LAB)

    async def read(given: dict[str, Any]) -> dict[str, Any]:
        endpoint.body = json.dumps(given).encode()
        return await aws.call(
            "datasync", Access.READ, "describe_task_execution", TaskExecutionArn="x" * 20
        )

    found = await read(answer)
    assert found["FoldersTransferred"] == 2**53 + 1
    assert found["FoldersFailed"] == {"List": 3}
    assert found["Options"] == {"ObjectMetadata": "NONE"}
    for wrong in ({"FoldersTransferred": "1"}, {"FoldersListed": [1]}, {"FoldersFailed": 1}):
        with pytest.raises(Upstream, match="could not be understood"):
            await read(answer | wrong)
