"""Rejections: the status, the code and the close code that clients act on."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("code", "status", "retry"),
    [
        ("UNAUTHENTICATED", 401, None),
        ("FORBIDDEN", 403, None),
        ("THROTTLED", 429, "5"),
        ("UPSTREAM", 503, "5"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_who_is_not_let_in_learns_it_by_the_status(
    http: httpx.AsyncClient, code: str, status: int, retry: str | None, accept: str
) -> None:
    headers = {"x-token": code, "accept": accept}
    response = await http.post("/", json={"query": "{ hello }"}, headers=headers)
    assert (response.status_code, response.headers.get("retry-after")) == (status, retry)
    assert response.json()["errors"][0]["extensions"]["code"] == code
