"""Plans and graphql-core have the same results, whatever is selected of whatever values."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any, Final
from unittest.mock import patch

import pytest
from graphql import OverlappingFieldsCanBeMergedRule
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from graph.transport.execution import documents
from graph.transport.execution.request import RequestError
from graph.transport.execution.schema import Schema
from tests.differential import everything, movers
from tests.differential.comparison import compare, compare_events, completed
from tests.differential.documents import RandomDocument
from tests.differential.faults import spoil
from tests.differential.schemas import RandomSchema

EXAMPLES: Final = int(os.environ.get("DATASYNC_API_DIFFERENTIAL_EXAMPLES", "150"))
"""For each schema."""
DOCUMENTS: Final = 5
"""For each random schema."""
SEEDS: Final = st.integers(0, 2**63)
pytestmark = [
    pytest.mark.timeout(3_600),
    # graphql-core leaves what it has not awaited to itself where an error makes it useless.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def _nothing_for_other_tests() -> Iterator[None]:
    """What was not awaited is collected here, where that is expected."""
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="module")
def _only_what_random_documents_may_break() -> Iterator[None]:
    """A third of the time would be rules that they cannot break."""
    with patch.object(documents, "_RULES", (OverlappingFieldsCanBeMergedRule,)):
        yield


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_the_results_are_the_same_for_all_kinds_of_types(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test
    values = everything.Values(random)
    spoil([values.node, values.other], random)
    _compare(everything.SCHEMA, RandomDocument(everything.SCHEMA.core, random), values)


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_the_results_are_the_same_for_the_types_of_the_server(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test
    values = movers.Values(random)
    spoil(values.roots, random, movers.SPARED)
    document = RandomDocument(movers.SCHEMA.core, random, movers.LEFT_OUT)
    _compare(movers.SCHEMA, document, values)


@settings(max_examples=max(1, EXAMPLES // DOCUMENTS))
@given(SEEDS)
def test_the_results_are_the_same_for_random_schemas(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test
    made = RandomSchema(random)
    for _ in range(DOCUMENTS):
        values = made.values()
        spoil([values.values], random)
        document = RandomDocument(made.schema.core, random)
        with suppress(RequestError):  # as below
            compare(made.schema, document.text, document.variables, values)


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_the_events_of_a_subscription_are_the_same(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test
    values, schema = everything.Values(random), everything.SCHEMA
    spoil([values.node], random)
    document = RandomDocument(schema.core, random, followed="followed")
    compare_events(schema, document.text, document.variables, values)


@pytest.mark.parametrize(
    ("schema", "values"),
    [(everything.SCHEMA, everything.Values), (movers.SCHEMA, movers.Values)],
)
def test_most_values_without_faults_are_completed_by_plans(
    schema: Schema, values: Callable[[Random], Any]
) -> None:
    before = completed(), completed("error")
    for seed in range(20):
        random = Random(seed)  # noqa: S311 - a test
        document = RandomDocument(schema.core, random, movers.LEFT_OUT)
        with suppress(RequestError):  # as below
            compare(schema, document.text, document.variables, values(random))
    compiled, failed = completed() - before[0], completed("error") - before[1]
    assert compiled > 100
    assert failed < compiled / 10


def _compare(schema: Schema, document: RandomDocument, values: Any) -> None:
    try:
        compare(schema, document.text, document.variables, values)
    except RequestError:  # fields of different types that are selected under one name
        reject()
