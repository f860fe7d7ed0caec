"""The tags of resources: of a bucket only a real answer counts, and of other accounts none."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.parsers import ResponseParserError

from graph.aws.client.answers import check_answer
from graph.aws.client.gateway import Gateway
from graph.aws.resource_tags import group_of_resource
from graph.sandbox import Sandbox
from tests.world import LAB, OTHER

GOOD = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
BAD = [
    b"",
    b"{}",
    b"<html><body>Sign in</body></html>",
    b"<Tagging/>",
    b"<Tagging><TagSet><Tag><Value>b</Value></Tag></TagSet></Tagging>",
    b"<Tagging><TagSet><member><Key>a</Key></member></TagSet></Tagging>",
    b"<Tagging><TagSet>text</TagSet></Tagging>",
    b"<!DOCTYPE x><Tagging><TagSet/></Tagging>",
]


def check(body: bytes) -> None:
    model = botocore.session.get_session().get_service_model("s3")
    response = {"body": body, "headers": {}, "status_code": 200}
    check_answer(model.operation_model("GetBucketTagging"), response)


def test_tags_are_an_answer() -> None:
    check(GOOD)
    check(b'<?xml version="1.0"?>' + GOOD.replace(b"<Tagging>", b'<Tagging xmlns="urn:x">'))


@pytest.mark.parametrize("body", BAD)
def test_anything_else_is_none(body: bytes) -> None:
    with pytest.raises(ResponseParserError, match="s3:GetBucketTagging"):
        check(body)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:ec2:us-east-1:{OTHER}:subnet/subnet-1",
        f"arn:aws:ec2:us-east-1:{OTHER}:security-group/sg-1",
        f"arn:aws:s3:us-east-1:{OTHER}:accesspoint/lab",
        f"arn:aws:s3::{OTHER}:accesspoint/lab.mrap",
    ],
)
async def test_the_tags_of_another_accounts_resource_do_not_count(
    aws: Sandbox, gateway: Gateway, arn: str
) -> None:
    """A group of the same name there is another group."""
    assert await group_of_resource(gateway.bind(LAB), arn) is None
    assert aws.interceptor.calls() == []
