"""What is refused of request parameters."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import OTHER, client


@pytest.mark.parametrize(
    "operation",
    [
        "describe_task",
        "describe_location_s3",
        "delete_location",
        "describe_task_execution",
        "start_task_execution",
    ],
)
def test_an_arn_of_another_account_is_an_invalid_parameter(lab: Sandbox, operation: str) -> None:
    datasync = client("datasync")
    arns = {
        "TaskArn": f"arn:aws:datasync:us-east-1:{OTHER}:task/task-{'0' * 17}",
        "LocationArn": f"arn:aws:datasync:us-east-1:{OTHER}:location/loc-{'0' * 17}",
        "TaskExecutionArn": f"arn:aws:datasync:us-east-1:{OTHER}:task/task-{'0' * 17}"
        f"/execution/exec-{'0' * 17}",
    }
    model = datasync.meta.service_model
    shape = model.operation_model(datasync.meta.method_to_api_mapping[operation]).input_shape
    given = {name: arns[name] for name in shape.required_members}
    with pytest.raises(ClientError, match="must match authenticated user") as caught:
        getattr(datasync, operation)(**given)
    response: Any = caught.value.response
    assert response["errorCode"] == "InvalidParameter"
