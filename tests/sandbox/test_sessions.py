"""Whom the sandbox lets in: roles, trust, sessions and accounts."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, OTHER, client, make_task


def test_accounts_are_apart_and_a_role_must_trust(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    make_task(client("datasync"))
    assert client("datasync", OTHER).list_tasks()["Tasks"] == []
    lab.role("444444444444", "management", external_id="another")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "444444444444")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "555555555555")


def test_what_was_assumed_is_told_whatever_the_account(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    client("datasync")
    client("datasync", OTHER)
    granted = [(role.role_arn, role.external_id) for role in lab.assumed()]
    assert granted == [
        (f"arn:aws:iam::{account}:role/management", "x-1") for account in (LAB, OTHER)
    ]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("datasync", "list_tasks", "ExpiredTokenException"),
        ("resourcegroupstaggingapi", "get_resources", "ExpiredTokenException"),
        ("iam", "list_roles", "ExpiredToken"),
        ("s3", "list_buckets", "ExpiredToken"),
    ],
)
def test_a_session_that_is_over_is_refused_as_the_service_words_it(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    getattr(called, operation)()
    lab.end_sessions()
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code


def test_a_session_does_not_outlive_a_reset(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.reset()
    with pytest.raises(ClientError, match="security token included in the request is expired"):
        datasync.list_tasks()
