"""Ids of requests."""

from __future__ import annotations

import re

from graph.model.request_id import new_request_id


def test_an_id_is_32_hexadecimal_digits_that_no_other_has() -> None:
    ids = {new_request_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
