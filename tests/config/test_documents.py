"""Persisted documents: a manifest that cannot be used stops the start with a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.cli import main
from graph.config.settings import SettingsError
from graph.config.sources import load

MANIFEST = "DATASYNC_API_PERSISTED_DOCUMENTS"
VIEWER = "query Viewer { viewer { name } }"
ORPHANS = """query Orphans($first: Int) { accounts { movers(first: 100) { nodes {
  source { tags { key } } destination { tags { key } } runs(first: $first) { nodes { id } } } } } }
"""


def write(folder: Path, content: Any) -> str:
    file = folder / "manifest.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def test_a_manifest_is_read_from_its_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv(MANIFEST, write(tmp_path, {"viewer": VIEWER}))
    environment.setenv("DATASYNC_API_PERSISTED_ONLY", "true")
    environment.setenv("DATASYNC_API_AUTOMATIC_PERSISTED_QUERIES", "off")
    settings = load()
    assert settings.manifest.documents == {"viewer": VIEWER}
    assert settings.manifest.is_exclusive
    assert not settings.automatic_persisted_queries
    assert VIEWER not in repr(settings)


@pytest.mark.parametrize("given", [None, ""])
def test_without_a_manifest_any_document_is_executed(
    environment: pytest.MonkeyPatch, given: str | None
) -> None:
    if given is not None:
        environment.setenv(MANIFEST, given)
    settings = load()
    assert dict(settings.manifest.documents) == {}
    assert not settings.manifest.is_exclusive
    assert settings.automatic_persisted_queries


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        ([], "is wrong: a manifest is a JSON object"),
        ({"a": ""}, "is wrong: document 'a' has no text"),
    ],
)
def test_a_file_that_is_no_manifest_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: Any, sentence: str
) -> None:
    file = write(tmp_path, content)
    environment.setenv(MANIFEST, file)
    with pytest.raises(SettingsError, match=f"^{MANIFEST} is wrong: .* {file} {sentence}"):
        load()


def test_a_manifest_that_cannot_be_read_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv(MANIFEST, "/nowhere/manifest.json")
    with pytest.raises(SettingsError, match=r"the manifest /nowhere/manifest\.json cannot"):
        load()


def test_nothing_but_no_documents_is_rejected(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATASYNC_API_PERSISTED_ONLY", "1")
    with pytest.raises(SettingsError, match=r"^DATASYNC_API_PERSISTED_ONLY is wrong: "):
        load()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{ nope }", "document 'x': Cannot query field 'nope' on type 'Query'."),
        ("{ viewer {", "document 'x': Syntax Error: "),
        ("fragment F on Query { viewer { name } }", "document 'x': Fragment 'F' is never used."),
        (
            f"{VIEWER} query Broken {{ viewer {{ nme }} }}",
            "document 'x': Cannot query field 'nme' on type 'Viewer'.",
        ),
        (f"{VIEWER} {ORPHANS}", "document 'x' (Orphans): The "),
    ],
)
def test_a_document_that_cannot_be_executed_stops_the_start(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str,
    sentence: str,
) -> None:
    environment.setenv(MANIFEST, write(tmp_path, {"viewer": VIEWER, "x": text}))
    environment.setenv("DATASYNC_API_STORE_URL", f"sqlite:///{tmp_path}/db.sqlite")
    assert main(["serve", "--workers", "2"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"datasync-api: {MANIFEST} is wrong: {sentence}"), said
