"""The audits of graphql-http, the reference implementation of GraphQL over HTTP."""

from __future__ import annotations

import json

from tests.clients.conftest import Served
from tests.clients.node import HERE, require_packages, talk

_AUDITS = 61
_SUPERSEDED = {
    "423L": "MAY use 400 status code on missing {query} parameter",
    "86EE": "SHOULD use a status code of 400 on variable coercion failure when accepting "
    "application/graphql-response+json",
}
"""Audits that demand 400 where the specification has come to say 422."""


def test_the_audits_pass_that_agree_with_the_specification(server: Served) -> None:
    require_packages()
    audits = [json.loads(line) for line in talk(HERE / "audits.mjs", server.environment, {})]
    assert len(audits) == _AUDITS
    failed = {audit["id"]: audit["name"] for audit in audits if audit["status"] != "ok"}
    assert failed == _SUPERSEDED
