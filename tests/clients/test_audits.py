"""The audits of graphql-http, the reference implementation of GraphQL over HTTP."""

from __future__ import annotations

import json

from tests.clients.conftest import Served
from tests.clients.node import HERE, require_packages, talk

_AUDITS = 61


def test_every_audit_of_graphql_http_passes(server: Served) -> None:
    require_packages()
    audits = [json.loads(line) for line in talk(HERE / "audits.mjs", server.environment, {})]
    assert len(audits) == _AUDITS
    assert [audit for audit in audits if audit["status"] != "ok"] == []
