"""Only one text is accepted for each token, and only JSON objects in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from graph.auth.issuers.form import looks_like_jwt, read_form
from graph.auth.rejected import Rejected
from tests.auth.issuers.provider import b64, encoded, token


def test_the_parts_of_a_token_are_read() -> None:
    form = read_form(f"{encoded({'alg': 'x'})}.{encoded({'sub': 'ann'})}.{b64(b'signature')}")
    assert (form.header, form.claims) == ({"alg": "x"}, {"sub": "ann"})


@pytest.mark.parametrize(
    ("bearer", "expected"),
    [("a.b.c", True), ("a.b", False), ("a long and random key", False), ("a.b.c.d.e", False)],
)
def test_a_bearer_with_three_parts_may_be_a_token(bearer: str, *, expected: bool) -> None:
    assert looks_like_jwt(bearer) is expected


@given(some.text(max_size=60) | some.from_regex(r"[A-Za-z0-9_=-]{0,9}(\.[A-Za-z0-9_=-]{0,9}){0,4}"))
def test_any_other_text_is_rejected(text: str) -> None:
    with pytest.raises(Rejected):
        read_form(text)


@given(some.dictionaries(some.text(max_size=9), some.integers() | some.text(max_size=9)))
def test_what_is_encoded_is_what_is_read(claims: dict[str, object]) -> None:
    form = read_form(f"{encoded({})}.{encoded(claims)}.{b64(b'x')}")
    assert form.claims == claims


def test_a_header_is_bounded_by_itself() -> None:
    with pytest.raises(Rejected) as rejected:
        read_form(token({"kid": "k" * 1_000}))
    assert "header" in rejected.value.reason
