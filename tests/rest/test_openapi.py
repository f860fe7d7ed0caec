"""The OpenAPI document against the routes, the texts, and a fuzzer that follows it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import compile_path

from graph.config.settings import Settings
from graph.locations import IN_REST, KINDS, Members
from graph.model.errors import unknown_account
from graph.observability.version import Version
from rest_compat.endpoint import ANY
from rest_compat.errors import STATUS
from rest_compat.responses import _RUN, _TASK
from rest_compat.routes import PATHS, rest_app
from tests.rest.conftest import ROOT, RestApi
from tests.rest.test_contract import CREATES, READS, ROWS, UPDATES
from tests.rest.test_slow_clients import TEXTS
from tests.world import LAB, TOKEN

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "rest_compat/openapi.json").read_text(encoding="utf-8")
)
COMPONENTS = DOCUMENT["components"]
FUZZ = f"""
headers = {{ X-Auth-Token = "{TOKEN}" }}
seed = 20240506
[parameters]
"path.account" = "{LAB}"
"path.group" = "fuzzed"
"path.name" = "one"
[generation]
max-examples = 12
[[operations]]
include-operation-id = "deleteMover"
parameters = {{ "path.name" = "two" }}
[[operations]]
include-operation-id = "createMover"  # no schema can say whose account and region an ARN has
checks.positive_data_acceptance.enabled = false
[[operations]]
include-operation-id = "showTasks"  # takes any method, as the original does
checks.unsupported_method.enabled = false
"""


def test_every_path_and_method_is_in_both() -> None:
    def never(*_: object) -> Any:
        raise AssertionError

    app = rest_app(
        never,
        never,
        never,
        open_stream=never,
        body_limit=1,
        bodies=never,  # type: ignore[arg-type]
        seconds=1,
        stopping=lambda: False,
        version=Version("", "", ""),
        metrics=never,
    )
    assert set(DOCUMENT["paths"]) == app.paths
    for path, by_method in PATHS.items():
        told = {method.upper() for method in DOCUMENT["paths"][path]} - {"PARAMETERS"}
        assert told == ({"GET"} if ANY in by_method else set(by_method)), path
    tokenless = {path for path, item in DOCUMENT["paths"].items() if _is_public(item)}
    assert tokenless == app.paths - set(PATHS)


def _is_public(item: dict[str, Any]) -> bool:
    security: list[str] | None = item.get("get", {}).get("security")
    return security == []


def test_every_status_that_an_error_becomes_is_told_of_every_path() -> None:
    for path in PATHS:
        for method, operation in DOCUMENT["paths"][path].items():
            if method != "parameters":
                common = {str(status) for status in STATUS.values()} - {"400", "404", "409"}
                assert common <= set(operation["responses"]), (path, method)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_what_is_answered_to_any_request_is_told_of_every_path(path: str) -> None:
    anywhere = {str(status) for status in (*TEXTS, 500, 503)}
    for method, operation in DOCUMENT["paths"][path].items():
        if method != "parameters":
            assert anywhere <= set(operation["responses"]), method


@pytest.mark.parametrize("template", DOCUMENT["paths"])
def test_every_status_of_the_contract_is_told(template: str) -> None:
    pattern, *_ = compile_path(template)
    item = DOCUMENT["paths"][template]
    told = {
        method.upper(): set(item[method]["responses"]) for method in item.keys() - {"parameters"}
    }
    anything = set().union(*told.values())
    for row in ROWS:
        method, _, url = row.asked.partition(" ")
        if pattern.match(url.partition("?")[0]) and method != "OPTIONS":
            known = told.get("GET" if method == "HEAD" else method, anything)
            assert str(row.status) in known, row.asked


def test_what_takes_too_long_is_a_504_where_it_continues_and_a_503_elsewhere() -> None:
    timeouts = {
        (path, method): {"503", "504"} & set(operation["responses"])
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    continues = {key for key, statuses in timeouts.items() if "504" in statuses}
    assert {method for _, method in continues} == {"delete"}
    assert all("503" in statuses for statuses in timeouts.values())
    text = Settings.model_fields["rest_seconds"].description or ""
    assert re.findall(r"DELETE|any other|50\d", text) == ["DELETE", "504", "any other", "503"]


def test_a_wrong_method_is_told_of_where_there_is_one() -> None:
    for path, item in DOCUMENT["paths"].items():
        wrong = ANY not in PATHS.get(path, {})
        assert all(
            ("405" in operation["responses"]) == wrong
            for method, operation in item.items()
            if method != "parameters"
        ), path


def test_the_texts_are_those_that_are_answered() -> None:
    answered = {str(row.body) for row in (*READS, *CREATES, *UPDATES)} | set(TEXTS.values())
    names = "NoRequest BadRequest BadCreate BadUpdate NoMover NoRun TooSlow UrlTooLong HeadTooLarge"
    told = {
        example["value"]
        for name in names.split()
        for example in COMPONENTS["responses"][name]["content"]["text/plain"]["examples"].values()
    }
    assert told <= answered, told - answered
    assert set(TEXTS.values()) <= told


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        ("Task", _TASK),
        ("Run", _RUN),
        *((f"Location/{name}", k.members) for name, k in KINDS.items() if k.members),
    ],
)
def test_the_members_are_those_that_are_written(schema: str, members: Members) -> None:
    name, _, kind = schema.partition("/")
    told = COMPONENTS["schemas"][name]
    _same(told["properties"][kind] if kind else told, members, schema)


def _same(told: dict[str, Any], members: Members, where: str) -> None:
    assert list(told["properties"]) == told["required"] == list(members), where
    for name, nested in members.items():
        if nested is not None:
            inner = told["properties"][name]
            _same(inner.get("items", inner), nested, f"{where}.{name}")


def test_every_kind_that_can_be_created_is_in_the_body_of_a_create() -> None:
    told = {branch["title"]: branch for branch in COMPONENTS["schemas"]["NewLocation"]["oneOf"]}
    assert told.keys() == IN_REST.keys()
    for name, creation in IN_REST.items():
        assert told[name]["properties"]["Type"] == {"const": name}
        assert told[name]["required"] == ["Type", name]
        members = told[name]["properties"][name]
        assert members["properties"].keys() == set(creation.rest.values())
        assert set(members["required"]) == set([*creation.rest.values()][: creation.required])


def test_every_kind_with_members_of_its_own_is_in_the_location() -> None:
    told = set(COMPONENTS["schemas"]["Location"]["properties"]) - {"Type"}
    assert told == {name for name, kind in KINDS.items() if kind.members}


def test_the_text_of_an_unknown_account_is_the_one_that_is_answered() -> None:
    (example,) = COMPONENTS["responses"]["NoAccount"]["content"]["text/plain"]["examples"].values()
    assert example["value"] == unknown_account("9" * 12).message


def test_it_is_served_and_says_so_itself(rest_api: RestApi) -> None:
    served = rest_api.http.get(f"{ROOT}/openapi.json", headers={"X-Auth-Token": ""})
    assert served.json() == DOCUMENT
    assert served.headers["Content-Type"] == "application/json"


@pytest.mark.timeout(180)
def test_the_server_does_what_it_says_to_whatever_comes(rest_api: RestApi, tmp_path: Path) -> None:
    for name in ("one", "two"):
        rest_api.make("fuzzed", name)
    (tmp_path / "schemathesis.toml").write_text(FUZZ)
    command = [
        str(Path(sys.executable).parent / "st"),
        "--config-file",
        str(tmp_path / "schemathesis.toml"),
        "run",
        f"{rest_api.server.url}{ROOT}/openapi.json",
        "--phases=examples,coverage,fuzzing,stateful",
        "--no-color",
    ]
    played = subprocess.run(  # noqa: S603 - its own words
        command, cwd=tmp_path, capture_output=True, text=True, timeout=170, check=False
    )
    assert played.returncode == 0, played.stdout[-8_000:] + played.stderr
    assert "Tested: 16" in played.stdout
    assert rest_api.http.get(f"{ROOT}/ping").text == "pong"
