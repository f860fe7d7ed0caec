"""Persisted documents: an id or hash that stands for the text of a document."""

from __future__ import annotations

from typing import Final

from graphql import GraphQLError

from graph.concurrency import FairCache
from graph.model.manifest import HASH_PREFIX, Manifest, hash_of
from graph.transport.execution.request import DocumentReference, RequestError
from graph.transport.status import Stage

_CHARACTERS: Final = 2_000_000
"""Of the documents that clients have registered."""
_ENTRY: Final = 400
"""Characters that an entry counts beyond its text: about the bytes of its key and objects."""


class PersistedDocuments:
    """Finds the text of a document. Knows the manifest and what clients have registered."""

    def __init__(self, manifest: Manifest | None = None, *, automatic: bool = True) -> None:
        """``automatic``: whether clients may register documents by Apollo's protocol."""
        self.manifest, self._automatic = manifest or Manifest(), automatic
        self._texts = frozenset(self.manifest.documents.values())
        self._by_hash = {hash_of(text): text for text in self.manifest.documents.values()}
        self._registered: FairCache[str, str] = FairCache(
            _CHARACTERS, lambda text: _ENTRY + len(text)
        )

    def text_of(self, query: str, reference: DocumentReference) -> str:
        """The text that a request asks for. Raises RequestError if it is unknown or not allowed."""
        if not query:
            return self._known(reference)
        named = None if reference.id is None else self.manifest.documents.get(reference.id)
        if named is not None and named != query:
            raise _rejected("The query is not the document with this id.", "BAD_REQUEST")
        claimed = reference.claimed_hash
        given = hash_of(query)
        if claimed is not None and claimed != given:
            raise _rejected("The query does not have the hash that was sent.", "BAD_REQUEST")
        if self.manifest.is_exclusive and given not in self._by_hash:
            raise _rejected(
                "This server executes persisted documents only.",
                "OPERATION_NOT_ALLOWLISTED",
                Stage.FORBIDDEN,
            )
        return query

    def has(self, text: str) -> bool:
        """Whether a document is one of the manifest."""
        return text in self._texts

    def register(self, text: str, reference: DocumentReference) -> None:
        """Remembers a valid document that was sent with its hash."""
        offered = reference.automatic_hash
        if offered is None or not self._automatic or offered in self._by_hash:
            return
        self._registered.put(offered, text)

    def _known(self, reference: DocumentReference) -> str:
        if reference.id is not None:
            text = self._with_id(reference.id)
            if text is None:
                raise _rejected(
                    "The document is not known to this server.", "PERSISTED_DOCUMENT_NOT_FOUND"
                )
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
        if document_id in self.manifest.documents:
            return self.manifest.documents[document_id]
        if document_id.startswith(HASH_PREFIX):
            return self._with_hash(document_id.removeprefix(HASH_PREFIX))
        return None

    def _with_hash(self, digest: str) -> str | None:
        # Apollo's clients send the id of a manifest as the hash, whatever it was made from.
        known = self._by_hash.get(digest) or self.manifest.documents.get(digest)
        return known or self._registered.get(digest)


def _rejected(message: str, code: str, stage: Stage = Stage.INVALID) -> RequestError:
    return RequestError([GraphQLError(message, extensions={"code": code})], stage)
