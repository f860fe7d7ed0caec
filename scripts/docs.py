"""Writes the generated parts of the documentation: reference tables and the architecture picture.

``scripts/docs`` writes them; ``scripts/docs --check`` fails if one is out of date.
"""

# ruff: noqa: INP001 - a script
from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from graph.config.reference import table
from graph.model import errors
from graph.observability import metrics
from rest_compat.errors import STATUS

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
_BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_ADVICE: Final = {
    "INVALID": "Correct the input that `path` names.",
    "UNAUTHENTICATED": "Send a valid token or bearer key.",
    "FORBIDDEN": "Use a key with the right, or ask for it to be granted.",
    "NOT_FOUND": "Check the account, the group, the name and the rights of the key.",
    "CONFLICT": "Read the message: it names the state and what to wait for.",
    "NAME_TAKEN": "Choose another name, or delete the other mover first.",
    "ALREADY_RUNNING": "Wait for the run to end, or stop it.",
    "NOT_RUNNING": "Nothing: the run has ended, or none was started.",
    "QUOTA_EXCEEDED": "Free capacity or raise the limit; streams can be retried later.",
    "ACCESS_DENIED": "Extend the permissions of the management role.",
    "THROTTLED": "Retry after the time in `Retry-After`.",
    "UPSTREAM": "Retry later; the log of the server has AWS's own message.",
    "UPSTREAM_TIMEOUT": "Retry later.",
}
_TRANSPORT: Final = (
    ("TOO_COSTLY", "The request exceeds a limit of size, depth or cost.", "Ask for less at once."),
    ("GRAPHQL_INVALID", "The document does not parse or validate.", "Correct the document."),
    ("BAD_REQUEST", "The HTTP request or WebSocket message is malformed.", "Correct the client."),
    (
        "PERSISTED_QUERY_NOT_FOUND",
        "No document with this hash has been registered.",
        "Send the document together with its hash; Apollo clients do so by themselves.",
    ),
    (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "The server does not register documents, and does not know one with this hash.",
        "Send the document; Apollo clients do so by themselves.",
    ),
    (
        "PERSISTED_DOCUMENT_NOT_FOUND",
        "No document has this `documentId`.",
        "Send an id of the server's manifest, or the document.",
    ),
    (
        "OPERATION_NOT_ALLOWLISTED",
        "The server executes only the documents of its manifest.",
        "Ask for the document to be added to the manifest.",
    ),
    ("TOO_MANY_ERRORS", "Stands for the errors beyond the first 100.", "Correct the first ones."),
    (
        "SERVER_STOPPING",
        "The server stopped before the response was complete, with HTTP 503 if it had not begun.",
        "Send the request again; a change may have taken effect, so use `idempotencyKey`.",
    ),
    ("INTERNAL", "An error of the server itself.", "Report it with the `requestId`."),
)


def error_rows() -> Iterator[tuple[str, str, str, str]]:
    """Code, REST status, meaning and advice of every error."""
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, errors.ApiError) and "code" in vars(kind):
            if kind is errors.ApiError:
                continue
            status = next(STATUS[base] for base in kind.__mro__ if base in STATUS)
            meaning = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
            yield kind.code, str(status), meaning, _ADVICE[kind.code]
    for code, meaning, advice in _TRANSPORT:
        yield code, "", meaning, advice


def error_table() -> str:
    return _table(("code", "REST", "meaning", "what to do"), error_rows())


def metric_table() -> str:
    """The project's own metrics, with their labels."""
    rows = []
    for collector in vars(metrics).values():
        if isinstance(collector, Counter | Gauge | Histogram):
            (metric,) = collector.describe()
            suffix = "_total" if metric.type == "counter" else ""
            labels = ", ".join(getattr(collector, "_labelnames", ()))
            rows.append((f"`{metric.name}{suffix}`", metric.type, labels, metric.documentation))
    return _table(("metric", "type", "labels", "meaning"), sorted(rows))


def specification_table() -> str:
    """The requirements of GraphQL over HTTP, from the docstrings of their tests."""
    modules = sorted((ROOT / "tests" / "transport").glob("test_specification*.py"))
    tests = [n for m in modules for n in ast.parse(m.read_text(encoding="utf-8")).body]
    rows = []
    for node in tests:
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_h"):
            level, _, text = (ast.get_docstring(node) or "").split("\n\n")[0].partition(": ")
            number = node.name.split("_")[1].upper()
            rows.append((number, level, text[:1].upper() + text[1:], f"`{node.name}`"))
    return _table(("id", "level", "requirement", "test"), rows)


_CLIENTS: Final = {
    "graphql-ws": ("graphql-ws", ("graphql-ws",)),
    "graphql-sse": ("graphql-sse", ("graphql-sse",)),
    "apollo-multipart": ("Apollo Client over HTTP, multipart", ("@apollo/client",)),
    "apollo-websocket": ("Apollo Client over WebSocket", ("@apollo/client", "graphql-ws")),
    "urql-sse": ("urql, event streams", ("@urql/core",)),
    "urql-websocket": ("urql over WebSocket", ("@urql/core", "graphql-ws")),
    "urql-graphcache": (
        "urql with Graphcache",
        ("@urql/core", "@urql/exchange-graphcache", "graphql-ws"),
    ),
    "relay": ("Relay over WebSocket", ("relay-runtime", "relay-compiler", "graphql-ws")),
    "codegen": ("codegen's client preset", ("@graphql-codegen/client-preset", "graphql-ws")),
    "gql-tada": ("gql.tada", ("gql.tada", "graphql-ws")),
    "gql-websockets": ("Python gql, websockets", ("gql", "websockets")),
    "gql-aiohttp": ("Python gql, aiohttp", ("gql", "aiohttp")),
}
"""The names of the clients, and the packages that are locked for their tests."""


def client_table() -> str:
    """How each client passed each step of its test, as the last run has recorded it."""
    clients = ROOT / "tests" / "clients"
    matrix = json.loads((clients / "matrix.json").read_text(encoding="utf-8"))
    locked = json.loads((clients / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    versions = {
        name.removeprefix("node_modules/"): package.get("version")
        for name, package in locked.items()
    }
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    versions |= re.findall(r"^([\w-]+)(?:\[.*\])?==([\w.]+)", lock, re.MULTILINE)
    rows = [
        (_CLIENTS[client][0], _versions(_CLIENTS[client][1], versions), *matrix[client].values())
        for client in sorted(matrix, key=list(_CLIENTS).index)
    ]
    return _table(("client", "locked packages", *matrix["graphql-ws"]), rows, first="{}")


def _versions(packages: tuple[str, ...], versions: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` {versions[name]}" for name in packages)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], *, first: str = "`{}`") -> str:
    """``first``: how the first cell of a row is written, unless it has code in it."""
    names = list(head)
    lines = [names, ["---"] * len(names)]
    lines += [
        [row[0] if "`" in row[0] else first.format(row[0]), *row[1:]] for row in map(list, rows)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def datasync_table() -> str:
    """DataSync's operations and members with their fields. Its parts are those of a test."""
    sys.path.insert(0, str(ROOT))
    found: str = import_module("tests.contracts.table_of_aws").table()
    return found


_GENERATORS: Final[dict[str, Callable[[], str]]] = {
    "settings": table,
    "errors": error_table,
    "metrics": metric_table,
    "specification": specification_table,
    "clients": client_table,
    "datasync": datasync_table,
}

_WIDTH, _GAP, _MARGIN = 960, 8, 12
_STYLE: Final = (
    "text{font-family:system-ui,sans-serif;fill:#1f2937}.n{font-size:15px;font-weight:600}"
    ".d{font-size:11px;fill:#4b5563}rect{fill:#eff6ff;stroke:#3b82f6}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.d{fill:#9ca3af}rect{fill:#1e293b}}"
)


def architecture() -> str:
    """The layers of the import contract as an SVG: every package imports only from below."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in contracts["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    rows = [[name.strip() for name in layer.split("|")] for layer in layers]
    rows = [row for row in rows if row != ["graph.__main__"]]
    boxes, top = [], _MARGIN
    for row in rows:
        width = (_WIDTH - 2 * _MARGIN - (len(row) - 1) * _GAP) / len(row)
        purposes = [textwrap.wrap(_purpose(name), int(width / 6.4)) for name in row]
        height = 32 + 14 * max(map(len, purposes))
        for column, (name, lines) in enumerate(zip(row, purposes, strict=True)):
            left = _MARGIN + column * (width + _GAP)
            boxes.append(
                f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{height}" rx="8"/>'
            )
            boxes += _texts(name, lines, left + width / 2, top)
        top += height + _GAP
    size = f'viewBox="0 0 {_WIDTH} {top - _GAP + _MARGIN}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        "<title>Packages of datasync-api by layer; imports point downwards only</title>",
        f"<style>{_STYLE}</style>",
    ]
    return "\n".join([*head, *boxes, "</svg>", ""])


def _texts(name: str, lines: list[str], middle: float, top: float) -> Iterator[str]:
    yield f'<text class="n" x="{middle:g}" y="{top + 21}" text-anchor="middle">{name}</text>'
    for number, line in enumerate(lines):
        yield (
            f'<text class="d" x="{middle:g}" y="{top + 37 + 14 * number}" '
            f'text-anchor="middle">{escape(line)}</text>'
        )


def _purpose(name: str) -> str:
    """The first sentence of a package's docstring."""
    first = (import_module(name).__doc__ or "").strip().splitlines()[0]
    return re.split(r"(?<=\.) ", first)[0].replace("``", "")


def generated() -> Iterator[tuple[Path, str]]:
    """Every page with a generated part, and its text as it should be."""
    yield DOCS / "architecture.svg", architecture()
    for page in sorted([ROOT / "README.md", *DOCS.rglob("*.md")]):
        text = page.read_text(encoding="utf-8")
        yield page, _BLOCK.sub(lambda m: f"{m[1]}{_GENERATORS[m[2]]()}\n{m[3]}", text)


def main(arguments: list[str]) -> int:
    """Writes or checks all pages. Returns 1 if a check finds one out of date."""
    stale = []
    for page, text in generated():
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(page.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                page.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"out of date: {', '.join(stale)}; run scripts/docs")  # noqa: T201 - the command's output
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
