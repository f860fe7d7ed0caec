"""Runs every example of the documentation against one sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from graph.cli import main
from graph.sandbox import Sandbox
from tests.clients.node import MODULES, require_packages
from tests.docs.blocks import PAGES, ROOT, Block, blocks
from tests.docs.data import CHECKS, check_toml
from tests.docs.served import Server
from tests.world import LAB, ORG, ROLE

pytestmark = pytest.mark.timeout(180)
RUN = {"sh", "graphql", "js", "python", "toml", "json"}
PLAIN = {"", "text"}
"""Languages of blocks that hold no code."""
MANIFEST = "the manifest of the server that runs these examples"
ENDLESS = "activity(account"
"""What is in subscriptions that do not complete."""
ANSWER = "the answer to the request above"
PROGRAMS = [block for page in PAGES for block in blocks(page) if block.language in ("js", "python")]


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
    if "/graphql" in block.text and "event-stream" not in block.text:
        server.answer = _last_value(done.stdout)
    assert '"errors":[{' not in done.stdout.replace(" ", ""), f"{block.where}\n{done.stdout}"


def _last_value(text: str) -> object:
    """The last of the JSON texts that several commands have printed."""
    value, rest = None, text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].lstrip()
    return value


def _graphql(server: Server, block: Block, _folder: Path) -> None:
    (operation,) = parse(block.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    names = [variable.variable.name.value for variable in operation.variable_definitions or ()]
    body = {"query": block.text, "variables": {name: server.known[name] for name in names}}
    headers = {"X-Auth-Token": server.token}
    if operation.operation is OperationType.SUBSCRIPTION:
        headers["Accept"] = "text/event-stream"
    with httpx.Client(timeout=60, headers=headers, trust_env=False) as http:
        text = _first(http, server, body) if ENDLESS in block.text else _whole(http, server, body)
    answers = _answers(text)
    assert answers, block.where
    server.answer = answers[-1]
    for answer in answers:
        server.learn(answer["data"])
        if block.note != "answered with an error":
            assert "errors" not in answer, f"{block.where}\n{answer}"
            assert _payload_errors(answer["data"]) == [], block.where
    if operation.operation is OperationType.MUTATION and "operation" in server.known:
        _wait(server)


def _wait(server: Server) -> None:
    """Until the last operation has ended: the next example may change the same mover."""
    query = "query($id: ID!) { waitForOperation(operation: $id, timeoutSeconds: 60) { status } }"
    body = {"query": query, "variables": {"id": server.known["operation"]}}
    headers = {"X-Auth-Token": server.token}
    answer = httpx.post(
        f"{server.url}/graphql", json=body, headers=headers, timeout=70, trust_env=False
    ).json()
    assert answer["data"]["waitForOperation"]["status"] == "COMPLETED", answer


def _whole(http: httpx.Client, server: Server, body: dict[str, Any]) -> str:
    return http.post(f"{server.url}/graphql", json=body).text


def _first(http: httpx.Client, server: Server, body: dict[str, Any]) -> str:
    """The first event of a stream that does not end."""
    with http.stream("POST", f"{server.url}/graphql", json=body) as response:
        return next(line for line in response.iter_lines() if line.startswith("data: {"))


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
    if "runProgress" in block.text:
        assert done.stdout.splitlines()[-1] == "SUCCESS", f"{block.where}\n{done.stdout}"


def _toml(_server: Server, block: Block, folder: Path) -> None:
    check_toml(block.text, folder)


def _json(server: Server, block: Block, folder: Path) -> None:
    """Every block of JSON says above it what it is."""
    if block.note == ANSWER:
        assert _alike(json.loads(block.text)) == _alike(server.answer), block.where
    elif block.note == MANIFEST:
        _is_the_manifest(server, json.loads(block.text))
    else:
        CHECKS[block.note](block.text, folder)


def _alike(value: Any) -> Any:
    """An answer without what differs from server to server."""
    if isinstance(value, dict):
        varying = ("requestId", "availableCalls")
        return {name: type(v) if name in varying else _alike(v) for name, v in value.items()}
    if isinstance(value, list):
        return sorted((_alike(item) for item in value), key=repr)
    return value


def _is_the_manifest(server: Server, shown: Any) -> None:
    with httpx.Client(headers={"X-Auth-Token": server.token}, trust_env=False) as http:
        for name in shown:
            variables = {"id": LAB} if "$id" in shown[name] else {}
            body = {"documentId": name, "variables": variables}
            assert "errors" not in http.post(f"{server.url}/graphql", json=body).json(), name


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


def test_the_output_of_check_is_that_of_an_account_without_the_role(
    aws: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note = f"output of: datasync-api check --account {LAB}"
    (shown,) = (
        block.text for block in blocks(ROOT / "docs" / "operations.md") if block.note == note
    )
    assert aws.state().get(LAB) is None
    for name, value in {"ORG": ORG, "TOKEN": "k", "ROLE": ROLE}.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    assert main(note.removeprefix("output of: datasync-api ").split()) == 1
    assert _without_arns(shown) == _without_arns(capsys.readouterr().out)


def _without_arns(text: str) -> list[str]:
    return [re.sub(r"arn:\S+", "..", line) for line in text.splitlines()]


def _without_numbers(text: str) -> list[str]:
    """The lines of an output without what differs from run to run."""
    plain = re.sub(r"(task|loc)-[0-9a-f]+|[0-9.]+ MB/s|[0-9.]+ s left|[0-9.]+", "#", text)
    lines = [re.sub(r"[━╸╺ #]+MB.*", " MB", line).strip(" ─") for line in plain.splitlines()]
    return [line for line in lines if line]
