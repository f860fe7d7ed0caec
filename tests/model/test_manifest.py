"""Manifests in the formats that Apollo's and Relay's tools write."""

from __future__ import annotations

from typing import Any

import pytest

from graph.model.manifest import hash_of, read_manifest

HELLO = "{ hello }"


def test_manifests_of_apollo_and_relay_are_read() -> None:
    operations = [{"id": "a", "body": HELLO, "name": "A", "type": "query"}]
    apollo = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    assert read_manifest(apollo) == read_manifest({"a": HELLO}) == {"a": HELLO}


def test_an_id_may_be_the_hash_of_its_document() -> None:
    document_id = f"sha256:{hash_of(HELLO)}"
    assert read_manifest({document_id: HELLO}) == {document_id: HELLO}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "a manifest is a JSON object"),
        ([], "a manifest is a JSON object"),
        ("x", "a manifest is a JSON object"),
        ({"operations": {}}, "`operations` must be a list of objects"),
        ({"operations": ["x"]}, "`operations` must be a list of objects"),
        ({"operations": [{"body": HELLO}]}, "every document of a manifest needs an id"),
        ({"operations": [{"id": 7, "body": HELLO}]}, "every document of a manifest needs an id"),
        ({"": HELLO}, "every document of a manifest needs an id"),
        ({"operations": [{"id": "a"}]}, "document 'a' has no text"),
        ({"a": None}, "document 'a' has no text"),
        ({"a": ""}, "document 'a' has no text"),
        ({"a": {"body": HELLO}}, "document 'a' has no text"),
        (
            {"operations": [{"id": "a", "body": HELLO}, {"id": "a", "body": "{ other }"}]},
            "two documents have the id 'a'",
        ),
        ({f"sha256:{'0' * 64}": HELLO}, "does not have the hash that its id names"),
    ],
)
def test_what_is_no_manifest_is_rejected_in_a_sentence(content: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_manifest(content)
