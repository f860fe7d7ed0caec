"""Verbs, and what one includes."""

from __future__ import annotations

import pytest

from graph.model.verbs import EVERYTHING, Verb, with_implied


def test_writing_includes_everything() -> None:
    assert with_implied([Verb.WRITE]) == EVERYTHING == set(Verb)


@pytest.mark.parametrize("given", [[], [Verb.RUN], [Verb.CLEAN], [Verb.RUN, Verb.CLEAN]])
def test_other_verbs_include_nothing(given: list[Verb]) -> None:
    assert with_implied(given) == set(given)
