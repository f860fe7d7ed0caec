"""The source that is compiled."""

from __future__ import annotations

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, parse

from graph.transport.execution.plans.outcomes import TooLarge, Unsupported
from graph.transport.execution.plans.selections import Selected
from graph.transport.execution.plans.writer import Writer
from tests.differential.everything import SCHEMA


def source(kind: str, selection: str, *, partly: bool = False) -> tuple[str, frozenset[str]]:
    operation = parse(selection).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    writer, parent = Writer(SCHEMA.core, {}), SCHEMA.core.get_type(kind)
    assert isinstance(parent, GraphQLObjectType)
    written = writer.object_function(parent, [Selected(operation.selection_set)], partly=partly)
    return writer.source(written.name), written.others


def test_no_text_of_a_client_is_in_the_source_but_names() -> None:
    text = 'query($secret: Boolean!) { anAlias: name ok @include(if: $secret) } # "comment"'
    written, _ = source("Leaf", text)
    assert "'anAlias': " in written
    assert "truth(variables, 'secret')" in written
    assert "comment" not in written


def test_what_may_wait_is_left_out_with_its_place_kept() -> None:
    written, others = source("Node", "{ name later { name } perhaps { name } }", partly=True)
    assert others == {"later"}
    assert written.index("'name'") < written.index("'later': None") < written.index("'perhaps'")


def test_a_part_of_a_value_is_not_compiled() -> None:
    with pytest.raises(Unsupported):
        source("Node", "{ name later { name } }")


def test_what_has_nothing_to_read_is_not_compiled() -> None:
    with pytest.raises(Unsupported):
        source("Node", "{ __typename later { name } }", partly=True)


def test_what_would_take_long_to_compile_is_not_compiled() -> None:
    many = " ".join(f"a{n}: name" for n in range(601))
    with pytest.raises(TooLarge):
        source("Leaf", f"{{ {many} }}", partly=True)
