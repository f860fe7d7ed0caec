"""The tags of a bucket: only a real answer is one."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.parsers import ResponseParserError

from graph.aws.client.answers import check_answer

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
