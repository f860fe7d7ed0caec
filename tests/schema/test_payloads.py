"""The payloads of mutations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from graphql import GraphQLObjectType

from graph.app import graphql_schema
from graph.model.orphan import Orphan, OrphanKind
from graph.resolvers.orphans import CleanupResult
from graph.schema.payloads import cleaned


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_cleanup_tells_what_was_found_removed_and_kept(dry_run: bool) -> None:  # noqa: FBT001
    found = tuple(
        Orphan(
            kind=OrphanKind.ROLE,
            arn=f"arn:{n}",
            uri=None,
            group="g",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            why="No location uses it.",
        )
        for n in range(3)
    )
    cleaning = CleanupResult(found=found, removed=found[:1], failures=(("arn:2", "in use"),))
    payload = cleaned(cleaning, dry_run=dry_run)
    assert payload.dry_run is dry_run
    assert [orphan.value for orphan in payload.orphans] == list(found)
    assert [orphan.value for orphan in payload.removed] == [found[0]]
    assert [(failure.arn, failure.message) for failure in payload.failures] == [("arn:2", "in use")]
    assert payload.errors == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "CreateMover",
            "StartMover",
            "StopMover",
            "SetRunBandwidth",
            "SetRunTags",
            "UpdateMover",
            "Rerun",
        ),
        *(
            "DeleteMover",
            "CleanOrphans",
            "ActivateAgent",
            "UpdateAgent",
            "DeleteAgent",
            "UpdateLocation",
        ),
    ],
)
def test_every_payload_has_the_errors_of_its_interface(name: str) -> None:
    types = graphql_schema().core.type_map
    payload, interface = types[f"{name}Payload"], types["MutationPayload"]
    assert isinstance(payload, GraphQLObjectType)
    assert interface in payload.interfaces
    assert str(payload.fields["errors"].type) == "[UserError!]!"
