"""Refusals and broken connections, in the words of the service that is called."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from graph.sandbox import Fault, Sandbox
from tests.sandbox.lab import client, make_location


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("datasync", "list_tasks", "ThrottlingException"), ("iam", "list_roles", "Throttling")],
)
def test_a_throttled_call_is_worded_as_the_service_does(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    lab.interceptor.add(Fault(f"{service}.*", "throttle"))
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code
    assert getattr(called, operation)()


def test_a_lost_answer_has_taken_effect_and_an_unsent_call_has_not(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.interceptor.add(Fault("CreateLocationS3", "unsent"))
    with pytest.raises(ConnectionClosedError):
        make_location(datasync, "from")
    assert not datasync.list_locations()["Locations"]
    lab.interceptor.add(Fault("CreateLocationS3", "lost"))
    with pytest.raises(ConnectionClosedError):
        make_location(datasync, "from")
    assert len(datasync.list_locations()["Locations"]) == 1


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("datasync", "list_tasks", "AccessDeniedException"), ("iam", "list_roles", "AccessDenied")],
)
def test_a_denied_call_is_worded_as_the_service_does(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    lab.interceptor.add(Fault("*", "denied"))
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code
