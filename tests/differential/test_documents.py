"""Queries in the documentation and of clients have the same responses with plans and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
from graphql import DocumentNode, OperationDefinitionNode, OperationType, parse

from graph.app import graphql_schema
from graph.sandbox import Sandbox
from graph.transport.execution.plans.ahead import compile_ahead
from tests.differential.comparison import completed
from tests.docs.blocks import blocks
from tests.world import LAB, ask, furnish, made, serving

ROOT: Final = Path(__file__).parents[2]
_OPERATION: Final = re.compile(
    r"`\s*((?:query|mutation|subscription|fragment)\b[^`$]*(?:\$\w[^`$]*)*)`"
)
"""In a template literal without parts of JavaScript."""
START: Final = "mutation($m: ID!) { startMover(input: { mover: $m }) { run { id } } }"
FOLLOW: Final = "subscription($r: ID!) { runProgress(run: $r) { run { outcome } } }"
_OF_RELAY: Final = "@connection"
"""Its compiler removes the directive."""
_SECONDS: Final = re.compile(r'"(elapsedSeconds|observedAt|percent|lastContactAt)":[^,}]*')


def texts() -> list[str]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = [b.text for page in pages for b in blocks(page) if b.language == "graphql"]
    folder = ROOT / "tests" / "clients"
    files = [*folder.glob("*.mjs"), *folder.glob("relay/*.js"), *folder.glob("types/*.ts")]
    sent = [text for file in sorted(files) for text in _OPERATION.findall(file.read_text())]
    whole = [text for text in shown + sent if _OF_RELAY not in text]
    return [text for text in whole if _operations(parse(text))]


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def test_every_document_can_be_compiled_ahead() -> None:
    schema, seen = graphql_schema(), 0
    for text in texts():
        document = schema.documents.get(text)
        assert document.plans is not None
        for operation in _operations(document.node):
            compile_ahead(schema.core, document.plans, operation)
            seen += 1
    assert seen > 20


async def test_every_query_has_the_same_response(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws)
    async with serving(tmp_path, compile_documents=False) as client:
        mover = await made(client)
        run = (await ask(client, START, m=mover))["startMover"]["run"]["id"]
        await _ended(client, run)
        asked = list(_queries({"mover": mover, "run": run, "account": LAB, "id": mover}))
        expected = [await _response(client, text, variables) for text, variables in asked]
    before = completed()
    async with serving(tmp_path, compile_documents=True) as client:
        for _ in range(3):
            assert [await _response(client, *each) for each in asked] == expected
    assert len(asked) >= 10
    assert completed() - before >= len(asked)


def _queries(known: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The queries that need no other variables, with their values."""
    for text in texts():
        operation, *more = _operations(parse(text))
        names = {each.variable.name.value for each in operation.variable_definitions or ()}
        is_query = operation.operation is OperationType.QUERY
        if is_query and not more and names <= known.keys():
            yield text, {name: known[name] for name in names}


async def _ended(client: httpx.AsyncClient, run: str) -> None:
    body = {"query": FOLLOW, "variables": {"r": run}}
    events = await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert b'"outcome":"SUCCEEDED"' in events.content, events.content


async def _response(client: httpx.AsyncClient, text: str, variables: dict[str, Any]) -> str:
    response = await client.post("/graphql", json={"query": text, "variables": variables})
    shown = re.sub(r'"requestId":"\w+"', "", response.text)
    return _SECONDS.sub("", shown)
