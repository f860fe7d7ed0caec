"""The table of DataSync's operations says of every member where it is, and is true."""

from __future__ import annotations

from typing import Any

from graph.app import graphql_schema
from tests.contracts.members_of_aws import NOT_USED
from tests.contracts.table_of_aws import (
    FIRST,
    NEXT,
    _family,
    _of_answer,
    _of_request,
    fields_of_answer,
    since,
    table,
)
from tests.contracts.test_members_of_aws import MODEL, called


def test_every_operation_is_used_or_has_a_reason() -> None:
    unused = {_family(name) for name in MODEL.operation_names if name not in called()}
    assert unused == NOT_USED.keys()
    assert len(MODEL.operation_names) == 53
    assert table().count("### ") == 53


def test_every_member_of_every_operation_has_a_field_that_exists_or_a_reason() -> None:
    types: Any = graphql_schema().core.type_map
    for name in called():
        model = MODEL.operation_model(name)
        rows = [*_of_request(name, model.input_shape), *_of_answer(name, model.output_shape)]
        for path, _, field, reason in rows:
            assert bool(field) != bool(reason), (name, path, field, reason)
            if field is not None:
                kind, _, member = field.partition(".")
                assert member in types[kind].fields, (name, path, field)


def test_fields_are_found_by_what_they_show() -> None:
    assert (
        fields_of_answer("DescribeTaskExecution")["FilesTransferred"] == "FileCounters.transferred"
    )
    assert fields_of_answer("DescribeTask")["CreationTime"] == "Mover.createdAt"
    assert fields_of_answer("DescribeLocationEfs")["AccessPointArn"] == "EfsLocation.accessPointArn"
    assert fields_of_answer("ListTasks") == {}


def test_the_release_of_a_field_is_the_first_whose_schema_has_it() -> None:
    assert since("Mover.name") == FIRST
    assert since("Run.includes") == NEXT
    assert since(None) == ""
