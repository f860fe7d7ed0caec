"""The GraphQL API as the settings configure it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import print_schema

from graph.app import ApplicationState, configured_schema, graphql_schema
from graph.app.graphql import graphql_app
from graph.config.settings import SettingsError
from graph.model.caller import Caller, Identity
from graph.schema import RunUpdate
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.sharing import SharedOperation
from tests.world import settings


@pytest.mark.parametrize(
    ("document", "reason"),
    [("{ nowhere }", "nowhere"), ("{", "Syntax Error"), ("fragment F on Query { __typename }", "")],
)
def test_a_document_of_the_manifest_that_could_not_be_executed_is_named(
    tmp_path: Path, document: str, reason: str
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"first": "{ __typename }", "second": document}))
    configured = settings(tmp_path, persisted_documents=str(manifest))
    with pytest.raises(SettingsError, match=f"second.*{reason}"):
        configured_schema(configured)


def test_settings_change_no_type(tmp_path: Path) -> None:
    configured = configured_schema(settings(tmp_path))
    assert print_schema(configured.core) == print_schema(graphql_schema().core)


def test_callers_take_turns_by_key_and_end_user_whatever_their_rights(tmp_path: Path) -> None:
    served = graphql_app(settings(tmp_path), ApplicationState("1"), graphql_schema())
    callers = [
        Caller(Identity("portal", "ada")),
        Caller(Identity("portal")),
        Caller(Identity("lab")),
    ]
    shares = [served.endpoint.results._share_of(caller) for caller in callers]
    assert shares == [("portal", "ada"), ("portal", None), ("lab", None)]


def test_those_who_follow_a_run_share_its_execution_wherever_they_resume() -> None:
    schema = graphql_schema()
    text = "subscription($after: Int) { runProgress(run: 1, after: $after) { sequence } }"
    shared = []
    for after in (None, 1, 2):
        request = OperationRequest(text, {"after": after}, None, "ann", "r")
        operation = schema.prepare(request)
        shared.append(SharedOperation.of(operation, request))
    assert [each.after for each in shared] == [None, 1, 2]
    assert len({each.key for each in shared}) == 1
    assert operation.state is not None
    resumption = operation.state.resumption
    assert resumption is not None
    update: Any = SimpleNamespace(progress=SimpleNamespace(sequence=7))
    assert resumption.sequence_of(RunUpdate(value=update)) == 7


@pytest.mark.parametrize("compiled", [True, False])
def test_a_setting_says_whether_documents_are_compiled(tmp_path: Path, *, compiled: bool) -> None:
    schema = configured_schema(settings(tmp_path, compile_documents=compiled))
    assert (schema.documents.get("{ viewer { name } }").plans is not None) is compiled
