"""Values: names, errors, outcomes."""

from __future__ import annotations

import pickle
import re

import pytest

from graph.model import errors, names
from graph.model.errors import ApiError, Invalid
from rest_compat.errors import status_of

KINDS = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, ApiError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_the_journal(kind: type[ApiError]) -> None:
    error = pickle.loads(pickle.dumps(kind("m", path=("a",))))  # noqa: S301 - just made
    assert (type(error), error.message, error.path) == (kind, "m", ("a",))


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = set(re.findall(r"(?:──|^    )\s?([A-Z][A-Za-z]+)", errors.__doc__ or "", re.MULTILINE))
    assert drawn == {kind.__name__ for kind in KINDS}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ApiError])
def test_every_error_has_a_status(kind: type[ApiError]) -> None:
    assert 400 <= status_of(kind("m")) < 600


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "Name is a required field"),
        ("é" * 21, "Name cannot exceed 40 characters "),
        ("ab\n", "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
        ("a b", "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
    ],
)
def test_a_movers_name_has_the_originals_rules_and_words(name: str, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        names.mover_name(name)
    assert caught.value.message == text


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890123", "12345678901a", "\uff11" * 12]
)
def test_an_account_is_12_digits(text: str) -> None:
    with pytest.raises(Invalid):
        names.account_id(text)
