"""Settings of persisted documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from graph.model.manifest import Manifest, read_manifest


class DocumentSettings(BaseSettings):
    """A part of ``Settings``."""

    persisted_documents: Annotated[Mapping[str, str], NoDecode] = Field(
        {},
        description="Path of a JSON manifest of GraphQL documents that clients request by their "
        "ids: Apollo's persisted query manifest, or one object of texts by id, as Relay writes it. "
        "Read, validated and priced at start.",
        repr=False,
    )
    persisted_only: bool = Field(
        False,  # noqa: FBT003 - the default
        description="Whether only the documents of `PERSISTED_DOCUMENTS` are executed, so that "
        "introspection is rejected as well.",
    )
    automatic_persisted_queries: bool = Field(
        True,  # noqa: FBT003 - the default
        description="Whether clients may register documents by their hashes, as Apollo's automatic "
        "persisted queries do. If not, they are told to send their documents.",
    )

    compile_documents: bool = Field(
        True,  # noqa: FBT003 - the default
        description="Whether what a document selects without waiting is compiled to Python "
        "functions when the document is executed for the second time; persisted documents at "
        "start. Responses are the same either way, but take several times as long without.",
    )

    @field_validator("persisted_documents", mode="before")
    @classmethod
    def _named_documents(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return read_manifest_file(given) if given else {}

    @model_validator(mode="after")
    def _let_something_be_executed(self) -> Self:
        if self.persisted_only and not self.persisted_documents:
            raise ValueError(
                "DATASYNC_API_PERSISTED_ONLY is wrong: DATASYNC_API_PERSISTED_DOCUMENTS has no "
                "documents, so that nothing could be executed"
            )
        return self

    @property
    def manifest(self) -> Manifest:
        return Manifest(self.persisted_documents, is_exclusive=self.persisted_only)


def read_manifest_file(file: str) -> dict[str, str]:
    """The documents of a manifest by their ids. Raises ValueError with a sentence."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the manifest {file} cannot be read: {error}") from None
    try:
        return read_manifest(json.loads(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"the manifest {file} is not JSON: {error}") from None
    except ValueError as error:
        raise ValueError(f"the manifest {file} is wrong: {error}") from None
