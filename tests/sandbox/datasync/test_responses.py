"""DataSync's JSON surface."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from graph.sandbox import Sandbox

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/datasync/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@pytest.mark.parametrize("operation", ["ListDiscoveryJobs", "AddStorageSystem", "NoSuchThing"])
def test_what_the_service_no_longer_has_or_never_had_is_refused_in_words(
    lab: Sandbox, operation: str
) -> None:
    headers = {
        "Authorization": SIGNED,
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"FmrsService.{operation}",
    }
    request = Request(lab.endpoint, b"{}", headers)  # noqa: S310 - loopback
    with pytest.raises(HTTPError) as refused, urlopen(request, timeout=10):  # noqa: S310 - loopback
        pass
    with refused.value as answer:
        assert "UnknownOperationException" in json.dumps(json.load(answer))
