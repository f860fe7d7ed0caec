"""The GraphQL API as the settings configure it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import print_schema

from graph.app import ApplicationState, configured_schema, graphql_schema
from graph.app.graphql import graphql_app
from graph.config.settings import SettingsError
from graph.model.caller import Caller, Identity
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
