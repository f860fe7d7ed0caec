"""DataSync's JSON surface."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import client


@pytest.mark.parametrize("operation", ["list_agents", "create_agent"])
def test_an_operation_that_is_not_implemented_is_refused_in_words(
    lab: Sandbox, operation: str
) -> None:
    given = {"create_agent": {"ActivationKey": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"}}
    with pytest.raises(ClientError) as caught:
        getattr(client("datasync"), operation)(**given.get(operation, {}))
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
