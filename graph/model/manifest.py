"""The manifest of an application: the documents that it was built with, by their ids."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HASH_PREFIX: Final = "sha256:"
"""Begins an id that is the hash of its document."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The documents that a server knows from its start."""

    documents: Mapping[str, str] = field(default_factory=dict)
    is_exclusive: bool = False
    """Whether no other documents are executed."""


def read_manifest(content: object) -> dict[str, str]:
    """The documents of a manifest by id, in Apollo's format or as one object of texts by id.

    Raises ValueError with a sentence if it is neither.
    """
    if isinstance(content, dict) and "operations" in content:
        operations = content["operations"]
        if not isinstance(operations, list) or not all(isinstance(x, dict) for x in operations):
            raise ValueError("`operations` must be a list of objects")
        named = [(each.get("id"), each.get("body")) for each in operations]
    elif isinstance(content, dict):
        named = list(content.items())
    else:
        raise ValueError("a manifest is a JSON object")
    documents: dict[str, str] = {}
    for document_id, text in named:
        _check_entry(document_id, text)
        if documents.setdefault(document_id, text) != text:
            raise ValueError(f"two documents have the id '{document_id}'")
    return documents


def _check_entry(document_id: object, text: object) -> None:
    if not isinstance(document_id, str) or not document_id:
        raise ValueError("every document of a manifest needs an id, which is a string")
    if not isinstance(text, str) or not text:
        raise ValueError(f"document '{document_id}' has no text")
    if document_id.startswith(HASH_PREFIX) and document_id != HASH_PREFIX + hash_of(text):
        raise ValueError(f"document '{document_id}' does not have the hash that its id names")


def hash_of(text: str) -> str:
    """The SHA-256 of a document, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
