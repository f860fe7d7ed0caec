"""Rejections: the status, the code and the close code that clients act on."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport.refusals import close_code, close_reason, of_identity, too_many


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


class CodedError(Exception):
    def __init__(self, code: object) -> None:
        super().__init__("no")
        self.code = code


@pytest.mark.parametrize(
    "error", [RuntimeError("no"), CodedError(None), CodedError(503), CodedError(["FORBIDDEN"])]
)
def test_an_error_without_a_code_is_not_a_rejection(error: Exception) -> None:
    assert of_identity(error) is None


@pytest.mark.parametrize(
    ("code", "closes"),
    [
        ("UNAUTHENTICATED", 4403),
        ("FORBIDDEN", 4403),
        ("THROTTLED", 4503),
        ("UPSTREAM", 4503),
        ("any other", 4503),
    ],
)
def test_a_socket_is_closed_with_the_code_of_the_rejection(code: str, closes: int) -> None:
    refusal = of_identity(CodedError(code))
    assert refusal is not None
    assert (close_code(refusal), refusal.reason) == (closes, "no")
    assert close_code(too_many("Too many connections")) == 4503


TEXTS = st.builds(str.__mul__, st.text(min_size=1, max_size=5), st.integers(1, 150))


@given(st.text() | TEXTS)
def test_the_reason_of_a_close_is_as_much_of_the_text_as_fits(text: str) -> None:
    """RFC 6455, 5.5: a control frame has at most 125 bytes, and the code takes two."""
    reason = close_reason(text)
    whole = text.encode("utf-8", "replace").decode()
    assert len(reason.encode()) <= 123
    assert whole.startswith(reason)
    assert reason == whole or len(reason.encode()) > 123 - 4  # no character is longer
