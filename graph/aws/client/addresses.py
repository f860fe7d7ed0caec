"""Sends calls to endpoints that are IP addresses, as those of emulators are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.awsrequest import AWSRequest

from graph.model.networks import read_address


def without_subdomain(request: AWSRequest, **_: Any) -> None:
    """A ``before-sign`` handler of the SDK: an IP address has no subdomains.

    S3 Control puts the account before the name of every endpoint, also of one that has no name.
    """
    parts = urlsplit(str(request.url))
    label, _dot, rest = (parts.hostname or "").partition(".")
    if read_address(rest) is not None:
        host = parts.netloc.removeprefix(f"{label}.")
        request.url = urlunsplit(parts._replace(netloc=host))
