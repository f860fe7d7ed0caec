"""Rejected credentials leave a line with the reason and the peer, and no secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from graph.auth import token_for
from graph.sandbox import Sandbox
from tests.world import serving


async def test_a_rejection_has_its_reason_and_peer_and_no_secret(
    aws: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "graph.server.access_log")
    wrong = token_for("another", 4)
    given = {
        "the token matches no key": {"X-Auth-Token": wrong},
        "the bearer matches no key": {"X-Auth-Token": "", "Authorization": "Bearer sesame"},
        "there is no token": {"X-Auth-Token": ""},
        "the token is not a bcrypt hash": {"X-Auth-Token": "sesame"},
    }
    async with serving(tmp_path) as client:
        for headers in given.values():
            await client.get("/v1/datasync/x", headers=headers)
            await client.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)
    told = [r.getMessage() for r in caplog.records if r.name == "graph.server.access_log"]
    assert len(told) == 2 * len(given)
    for number, reason in enumerate(given):
        for line in told[2 * number : 2 * number + 2]:
            assert f'rejected="{reason}" peer=127.0.0.1 request_id=' in line
            assert wrong not in line
            assert "sesame" not in line
