"""Endpoints that are IP addresses have no subdomains."""

from __future__ import annotations

import pytest
from botocore.awsrequest import AWSRequest

from graph.aws.client.addresses import without_subdomain


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://222222222222.127.0.0.1:80/a?b=c", "http://127.0.0.1:80/a?b=c"),
        ("http://222222222222.10.1.2.3/", "http://10.1.2.3/"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("https://2.s3-control.eu-west-1.amazonaws.com/", None),
        ("https://localhost/", None),
        ("https://1.localhost:1/", None),
        ("https://[::1]:1/", None),
    ],
)
def test_only_what_stands_before_an_address_is_dropped(url: str, expected: str | None) -> None:
    request = AWSRequest("GET", url)
    without_subdomain(request)
    assert request.url == (expected or url)
