"""XML bodies of responses, those of S3 among them, and errors that have no code or no body."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.client.xml_bodies import normalize_error, read_rest
from tests.aws.client import examples

ROLES = examples.operation("iam", "ListRoles")
SIGNED = {"x-amz-request-id": "r-1"}


def read(name: str, body: bytes, headers: dict[str, str] = SIGNED) -> Any:
    response = {"body": body, "headers": headers, "status_code": 200}
    return read_rest(examples.operation("s3", name), response)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"{}", b"<!DOCTYPE x><Code>y</Code>", b"<x"])
def test_an_error_in_xml_without_a_code_has_its_status_as_one(body: bytes) -> None:
    response: dict[str, Any] = {"body": body, "headers": {}, "status_code": 502}
    normalize_error(ROLES, response)
    assert b"<Code>502</Code>" in response["body"]


def test_an_error_in_xml_with_a_code_stays_as_it_is() -> None:
    body = b"<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>"
    response: dict[str, Any] = {"body": body, "headers": {}, "status_code": 404}
    normalize_error(ROLES, response)
    assert response["body"] == body


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (404, SIGNED, b"NoSuchBucket"),
        (403, SIGNED, b"AccessDenied"),
        (301, SIGNED, b"301"),
        (404, {}, b"404"),
    ],
)
def test_the_status_of_a_head_means_something_only_if_s3_has_sent_it(
    status: int, headers: dict[str, str], code: bytes
) -> None:
    response: dict[str, Any] = {"body": b"", "headers": headers, "status_code": status}
    normalize_error(examples.operation("s3", "HeadBucket"), response)
    assert b"<Code>" + code + b"</Code>" in response["body"]


def test_lists_without_an_element_around_them_are_read_with_all_of_their_items() -> None:
    body = (
        b"<ListBucketResult><Name>b</Name><Contents><Key>a</Key><Size>1</Size></Contents>"
        b"<Contents><Key>b</Key></Contents></ListBucketResult>"
    )
    found = read("ListObjectsV2", body)
    assert found["Contents"] == [{"Key": "a", "Size": 1}, {"Key": "b"}]


def test_an_output_that_is_its_only_member_is_read_as_that() -> None:
    rules = b"<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
    rules += b"</ApplyServerSideEncryptionByDefault></Rule>"
    root = b"<ServerSideEncryptionConfiguration>%s</ServerSideEncryptionConfiguration>" % rules
    (rule,) = read("GetBucketEncryption", root)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert read("GetBucketPolicy", b'{"Statement": []}') == {"Policy": '{"Statement": []}'}


@pytest.mark.parametrize(
    ("name", "body", "headers", "good"),
    [
        ("GetBucketVersioning", b"<VersioningConfiguration/>", SIGNED, True),
        ("GetBucketVersioning", b"<VersioningConfiguration/>", {}, False),
        ("GetBucketVersioning", b"<html><body/></html>", SIGNED, False),
        ("GetBucketVersioning", b"<html/>", SIGNED, False),
        ("HeadBucket", b"", SIGNED, True),
        ("HeadBucket", b"", {}, False),
    ],
)
def test_an_answer_without_members_is_one_only_if_s3_has_sent_it(
    name: str, body: bytes, headers: dict[str, str], *, good: bool
) -> None:
    if good:
        assert read(name, body, headers) == {}
    else:
        with pytest.raises(ValueError, match=r"request id|unexpected elements"):
            read(name, body, headers)


def test_maps_are_read_by_their_entries() -> None:
    inner = b"<Bucket>b</Bucket><NetworkOrigin>VPC</NetworkOrigin><Endpoints>%s</Endpoints>"
    entry = b"<entry><key>%s</key><value>%s</value></entry>"
    operation = examples.operation("s3control", "GetAccessPoint")

    def found(entries: bytes) -> Any:
        body = b"<GetAccessPointResult>" + inner % entries + b"</GetAccessPointResult>"
        return read_rest(operation, {"body": body, "headers": SIGNED, "status_code": 200})

    assert found(b"")["Endpoints"] == {}
    both = entry % (b"ipv4", b"a") + entry % (b"fips", b"b")
    assert found(both)["Endpoints"] == {"ipv4": "a", "fips": "b"}
    for wrong in (b"<entry/>", b"<entry><key>a</key></entry>", b"text", entry % (b"a", b"<x/>")):
        with pytest.raises(ValueError, match="unexpected"):
            found(wrong)
