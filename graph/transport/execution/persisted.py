"""Persisted documents: an id or hash that stands for the text of a document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cachetools import LRUCache
from graphql import GraphQLError

from graph.transport.execution.request import DocumentReference, RequestError
from graph.transport.status import Stage

_PREFIX: Final = "sha256:"
_CHARACTERS: Final = 2_000_000
"""Of the documents that clients have registered; the least recently used are dropped first."""
_ENTRY: Final = 400
"""Characters that an entry counts beyond its text: about the bytes of its key and objects."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The documents that an application was built with, by their ids."""

    documents: Mapping[str, str] = field(default_factory=dict)
    is_exclusive: bool = False
    """Whether no other documents are executed."""


class PersistedDocuments:
    """Finds the text of a document. Knows the manifest and what clients have registered."""

    def __init__(self, manifest: Manifest | None = None, *, automatic: bool = True) -> None:
        """``automatic``: whether clients may register documents by Apollo's protocol."""
        self._manifest, self._automatic = manifest or Manifest(), automatic
        self._by_hash = {_hash(text): text for text in self._manifest.documents.values()}
        self._registered: LRUCache[str, str] = LRUCache(
            _CHARACTERS, lambda text: _ENTRY + len(text)
        )

    def text_of(self, query: str, reference: DocumentReference) -> str:
        """The text that a request asks for. Raises RequestError if it is unknown or not allowed."""
        if not query:
            return self._known(reference)
        claimed = reference.claimed_hash
        given = _hash(query)
        if claimed is not None and claimed != given:
            raise _rejected("the query does not have the hash that was sent", "BAD_REQUEST")
        if self._manifest.is_exclusive and given not in self._by_hash:
            raise _rejected(
                "this server executes persisted documents only",
                "OPERATION_NOT_ALLOWLISTED",
                Stage.FORBIDDEN,
            )
        return query

    def register(self, text: str, reference: DocumentReference) -> None:
        """Remembers a valid document that was sent with its hash."""
        offered = reference.automatic_hash
        if offered is None or not self._automatic or offered in self._by_hash:
            return
        if _ENTRY + len(text) <= _CHARACTERS:
            self._registered[offered] = text

    def _known(self, reference: DocumentReference) -> str:
        if reference.id is not None:
            text = self._with_id(reference.id)
            if text is None:
                raise _rejected("the document is not known", "PERSISTED_DOCUMENT_NOT_FOUND")
            return text
        if reference.automatic_hash is None:
            return ""
        text = self._with_hash(reference.automatic_hash)
        if text is None and not self._automatic:
            # The words on which Apollo's clients send the document itself, as with the next.
            raise _rejected("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        if text is None:
            raise _rejected("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return text

    def _with_id(self, document_id: str) -> str | None:
        if document_id in self._manifest.documents:
            return self._manifest.documents[document_id]
        if document_id.startswith(_PREFIX):
            return self._with_hash(document_id.removeprefix(_PREFIX))
        return None

    def _with_hash(self, digest: str) -> str | None:
        return self._by_hash.get(digest) or self._registered.get(digest)


def read_manifest(content: Any) -> dict[str, str]:
    """The documents of a manifest by id, in Apollo's format or as one object of texts by id.

    Raises ValueError if it is neither.
    """
    if isinstance(content, dict) and "operations" in content:
        operations = content["operations"]
        if not isinstance(operations, list) or not all(isinstance(x, dict) for x in operations):
            raise ValueError("`operations` must be a list of objects")
        content = {each.get("id"): each.get("body") for each in operations}
    if not isinstance(content, dict):
        raise ValueError("a manifest is a JSON object")  # noqa: TRY004 - of the input, not of code
    for document_id, text in content.items():
        if not isinstance(document_id, str) or not isinstance(text, str) or not text:
            raise ValueError(f"{document_id!r} does not name the text of a document")
    return content


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _rejected(message: str, code: str, stage: Stage = Stage.INVALID) -> RequestError:
    return RequestError([GraphQLError(message, extensions={"code": code})], stage)
