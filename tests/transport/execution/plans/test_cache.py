"""When a document is compiled, and how what is compiled is counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, VariableValues, parse
from graphql.execution.collect_fields import FieldDetails
from prometheus_client import REGISTRY

from graph.transport.execution.plans.cache import Plans, PlansInUse
from graph.transport.execution.plans.plan import Bound
from tests.differential.comparison import completed
from tests.differential.everything import SCHEMA, Grid

DOCUMENT = parse("{ either { ... on Grid { numbers } } }")
GRID: Any = SCHEMA.core.get_type("Grid")
VALUE = Grid(numbers=[[1]], some=None, leaves=[])


def details(document: DocumentNode = DOCUMENT) -> list[FieldDetails]:
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    node = operation.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    return [FieldDetails(node, None)]


def in_use(plans: Plans, *, busy: bool = False) -> PlansInUse:
    return PlansInUse(plans, VariableValues({}, {}), SimpleNamespace(), lambda: busy)


def found(use: PlansInUse) -> Bound:
    with use:
        bound = use.find(GRID, details())
    assert bound is not None
    return bound


def events(event: str) -> float:
    name = "datasync_api_graphql_plans_total"
    return REGISTRY.get_sample_value(name, {"event": event}) or 0.0


def test_the_second_execution_compiles() -> None:
    plans = Plans(SCHEMA.core, DOCUMENT)
    first, second = in_use(plans), in_use(plans)
    with first:
        assert first.find(GRID, details()) is None
    assert found(second).complete(VALUE) == {"numbers": [[1]]}


def test_so_does_the_second_event_of_a_subscription() -> None:
    use = in_use(Plans(SCHEMA.core, DOCUMENT))
    with use:
        assert use.find(GRID, details()) is None
    assert found(use)


def test_what_is_compiled_is_used_by_all_executions_and_told_by_its_size() -> None:
    sizes: list[int] = []
    plans, before = Plans(SCHEMA.core, DOCUMENT, sizes.append), events("compiled")
    plans.expect()
    assert found(in_use(plans)).plan is found(in_use(plans)).plan
    assert len(sizes) == 1
    assert sizes[0] > 0
    assert events("compiled") == before + 1


def test_nothing_is_compiled_while_others_wait() -> None:
    plans = Plans(SCHEMA.core, DOCUMENT)
    plans.expect()
    busy = in_use(plans, busy=True)
    with busy:
        assert busy.find(GRID, details()) is None
        assert found(in_use(plans))
        assert busy.find(GRID, details()) is not None


def test_values_are_counted_by_outcome() -> None:
    plans = Plans(SCHEMA.core, DOCUMENT)
    plans.expect()
    use, before = in_use(plans), (completed(), completed("error"))
    bound = found(use)
    with use:
        use.succeeded(bound)
        use.failed(bound, ValueError("x"))
    assert (completed(), completed("error")) == (before[0] + 1, before[1] + 1)


def test_a_plan_that_keeps_failing_is_dropped_for_all() -> None:
    plans, before = Plans(SCHEMA.core, DOCUMENT), events("dropped")
    plans.expect()
    use = in_use(plans)
    for _ in range(8):
        use.failed(found(use), ValueError("x"))
    assert use.find(GRID, details()) is None
    other = in_use(plans)
    with other:
        assert other.find(GRID, details()) is None
    assert events("dropped") == before + 1
