"""Runs every example of the documentation against one sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from graph.auth import read_keys
from graph.auth.groups import read_groups
from tests.clients.node import MODULES, require_packages
from tests.docs.blocks import PAGES, Block, blocks

pytestmark = pytest.mark.timeout(180)
RUN = {"sh", "graphql", "js", "python", "toml", "json"}
PLAIN = {"", "text"}
"""Languages of blocks that hold no code."""
MANIFEST = "the manifest of the server that runs these examples"
PROGRAMS = [block for page in PAGES for block in blocks(page) if block.language in ("js", "python")]


class Server:
    """A sandbox, and what the examples that ran so far have created in it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.known: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the pages use, and this interpreter's commands on the path."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ids = {name.upper(): value for name, value in self.known.items()}
        return {**os.environ, "PATH": path, "URL": self.url, "TOKEN": self.token, **ids}

    def learn(self, value: object) -> None:
        """Remembers the ids of movers, runs and operations in a response."""
        if isinstance(value, list):
            for item in value:
                self.learn(item)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in ("mover", "run", "operation") and isinstance(inner, dict):
                    self.known[name] = inner.get("id") or self.known.get(name, "")
                listed = inner.get("nodes") if isinstance(inner, dict) else None
                if name == "movers" and listed and "id" in listed[0]:
                    self.known["mover"] = listed[0]["id"]
                self.learn(inner)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    command = [sys.executable, "-m", "graph", "sandbox"]
    folder = tmp_path_factory.mktemp("sandbox")
    manifest = folder / "manifest.json"
    manifest.write_text(next(b.text for page in PAGES for b in blocks(page) if b.note == MANIFEST))
    given = {"TMPDIR": str(folder), "DATASYNC_API_PERSISTED_DOCUMENTS": str(manifest)}
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **given}
    ) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Press Ctrl-C" in line:
                break
        url = re.search(r"^GraphQL +(\S+)/graphql$", printed, re.MULTILINE)
        token = re.search(r"^Token +(\S+)$", printed, re.MULTILINE)
        assert url, printed
        assert token, printed
        yield Server(url[1], token[1])
        process.terminate()


def test_every_example_is_run_or_says_why_not() -> None:
    found = [block for page in PAGES for block in blocks(page)]
    assert [block.where for block in found if block.language not in RUN | PLAIN] == []
    reasons = [block.note for block in found if block.skipped]
    assert all(len(reason.split()) > 3 for reason in reasons), reasons


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_work(server: Server, page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if not block.skipped and block.language in _RUNNERS:
            _RUNNERS[block.language](server, block, tmp_path)


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.language)
def test_a_client_program_works(server: Server, block: Block, tmp_path: Path) -> None:
    if "run" not in server.known:
        for earlier in blocks(block.page):
            if earlier.language == "graphql":
                _graphql(server, earlier, tmp_path)
    (_javascript if block.language == "js" else _python)(server, block, tmp_path)


def _shell(server: Server, block: Block, folder: Path) -> None:
    if block.text.strip() == "scripts/demo --exit":
        return  # the next test runs it
    done = subprocess.run(  # noqa: S603
        ["bash", "-eo", "pipefail", "-c", block.text],  # noqa: S607
        cwd=folder,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{block.where}\n{done.stdout}{done.stderr}"
    assert done.stdout, block.where
    assert '"errors":[{' not in done.stdout.replace(" ", ""), f"{block.where}\n{done.stdout}"


def _graphql(server: Server, block: Block, _folder: Path) -> None:
    (operation,) = parse(block.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    names = [variable.variable.name.value for variable in operation.variable_definitions or ()]
    body = {"query": block.text, "variables": {name: server.known[name] for name in names}}
    headers = {"X-Auth-Token": server.token}
    if operation.operation is OperationType.SUBSCRIPTION:
        headers["Accept"] = "text/event-stream"
    with httpx.Client(timeout=60, headers=headers, trust_env=False) as http:
        text = http.post(f"{server.url}/graphql", json=body).text
    answers = _answers(text)
    assert answers, block.where
    for answer in answers:
        server.learn(answer["data"])
        if block.note != "answered with an error":
            assert "errors" not in answer, f"{block.where}\n{answer}"
            assert _payload_errors(answer["data"]) == [], block.where


def _answers(text: str) -> list[dict[str, Any]]:
    """The responses of an event stream, or the only one."""
    if not text.startswith("{"):
        return [
            json.loads(line.removeprefix("data: "))
            for line in text.splitlines()
            if line.startswith("data: {")
        ]
    return [json.loads(text)]


def _payload_errors(data: dict[str, Any]) -> list[object]:
    payloads = [value for value in data.values() if isinstance(value, dict)]
    return [error for payload in payloads for error in payload.get("errors", [])]


def _javascript(server: Server, block: Block, folder: Path) -> None:
    require_packages()
    (folder / "node_modules").unlink(missing_ok=True)
    (folder / "node_modules").symlink_to(MODULES)
    script = folder / "example.mjs"
    script.write_text(f"{block.text}\nsetTimeout(() => process.exit(0), 500);\n")
    _program(server, block, ["node", str(script)])


def _python(server: Server, block: Block, folder: Path) -> None:
    packages = set(re.findall(r"^(?:from|import) (\w+)", block.text, re.MULTILINE))
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {missing}")
    script = folder / "example.py"
    script.write_text(block.text)
    _program(server, block, [sys.executable, str(script)])


def _program(server: Server, block: Block, command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603
        command, env=server.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{block.where}\n{done.stderr}"
    assert done.stdout, block.where


def _toml(_server: Server, block: Block, _folder: Path) -> None:
    given = tomllib.loads(block.text)
    if "keys" in given:
        assert read_keys(given["keys"])
    if "groups" in given:
        assert read_groups(given["groups"])


def _json(_server: Server, block: Block, _folder: Path) -> None:
    assert json.loads(block.text)


_RUNNERS = {
    "sh": _shell,
    "graphql": _graphql,
    "toml": _toml,
    "json": _json,
}


def test_the_output_in_the_readme_is_that_of_the_demo() -> None:
    (shown,) = (
        block.text
        for block in blocks(PAGES[0])
        if block.note == "output of: datasync-api demo --exit"
    )
    done = subprocess.run(
        [sys.executable, "-m", "graph", "demo", "--exit"],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = done.stdout.partition("─ Try it yourself ─")[0]
    assert _without_numbers(shown) == _without_numbers(printed)


def _without_numbers(text: str) -> list[str]:
    """The lines of an output without what differs from run to run."""
    plain = re.sub(r"(task|loc)-[0-9a-f]+|[0-9.]+ MB/s|[0-9.]+ s left|[0-9.]+", "#", text)
    lines = [re.sub(r"[━╸╺ #]+MB.*", " MB", line).strip(" ─") for line in plain.splitlines()]
    return [line for line in lines if line]
