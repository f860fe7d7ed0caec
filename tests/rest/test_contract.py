"""Every row of the original's contract that one request can show, over HTTP to a real server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.rest.conftest import MOVERS, ROOT, RestApi, new_mover
from tests.world import LAB, TOKEN

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"
ONE = f"{MOVERS}/g/one"
NONE = f"{MOVERS}/g/none"
CREATE = "cannot decode body into create data mover input: "
UPDATE = "cannot decode body into update data mover input: "
NO_METHOD = "The path does not support this method.\n"
TAKEN = "The group 'g' already has a mover 'one'."
NO_MOVER = "datasync mover not found"
NO_ROW = {"Access-Control-Allow-Origin": None}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "X-Auth-Token",
    "Content-Length": "0",
}


@dataclass(frozen=True)
class Row:
    """One request, and what it has to be answered. None: the header has to be absent."""

    asked: str
    status: int
    body: str | re.Pattern[str] = ""
    type: str | None = None
    sends: bytes | dict[str, Any] = b""
    token: str | None = TOKEN
    headers: Mapping[str, str | None] = field(default_factory=dict)


def create(body: bytes, text: str) -> Row:
    return Row(f"POST {MOVERS}/g", 400, text, PLAIN, sends=body)


def update(body: bytes, text: str) -> Row:
    return Row(f"PUT {ONE}", 400, text, PLAIN, sends=body)


def named(name: str) -> bytes:
    return b'{"Name": "%s"}' % name.encode()


PUBLIC = [
    Row(
        f"GET {ROOT}/ping",
        200,
        "pong",
        PLAIN,
        token=None,
        headers={"Access-Control-Allow-Origin": "*"},
    ),
    Row("GET /v1/test/ping", 200, "pong", PLAIN, token=None),
    Row(f"HEAD {ROOT}/ping", 200, "", PLAIN, token=None, headers={"Content-Length": "4"}),
    Row(
        f"GET {ROOT}/version",
        200,
        re.compile(r'\{"version":"[^"]+","githash":"[0-9a-f]*","buildstamp":"[^"]*"\}'),
        JSON,
        token=None,
        headers={"Access-Control-Allow-Origin": "*"},
    ),
    Row("GET /v1/test/version", 200, re.compile(r'\{"version":.*\}'), JSON, token=None),
    Row(
        f"GET {ROOT}/metrics", 200, re.compile(r"(?s).*datasync_api_aws_calls_total.*"), token=None
    ),
    Row("GET /v1/test/metrics", 200, re.compile(r"(?s)# HELP.*"), token=None),
    *(
        Row(
            f"{method} {ROOT}/{name}",
            405,
            NO_METHOD,
            PLAIN,
            token=None,
            headers={"Allow": "GET, HEAD, OPTIONS"},
        )
        for name in ("ping", "version", "metrics", "openapi.json")
        for method in ("POST", "PUT", "DELETE", "PATCH")
    ),
]
PREFLIGHTS = [
    Row(f"OPTIONS {path}", 200, "", None, token=None, headers=PREFLIGHT)
    for path in (
        f"{ROOT}/ping",
        f"{ROOT}/metrics",
        f"{ROOT}/flywheel",
        MOVERS,
        f"{MOVERS}/g",
        ONE,
        f"{ONE}/runs",
        "/nowhere",
        "/",
        "/healthz",
        f"{MOVERS}/",
        "/v1/test/ping",
    )
]
WRONG = (None, "", "correct horse", "$2b$04$short", "$2b$04$" + "a" * 53, "$2b$31$" + "a" * 53)
TOKENS = [
    Row(f"{method} {path}", 403, "", None, token=token, headers=NO_ROW)
    for method, path in (
        ("GET", MOVERS), ("POST", f"{MOVERS}/g"), ("PUT", ONE), ("DELETE", ONE),
        ("GET", f"{ROOT}/flywheel?task=x"), ("PATCH", MOVERS), ("GET", "/nowhere"),
    )
    for token in WRONG
]  # fmt: skip
ACCEPTED = [
    Row(f"GET {MOVERS}/nobody", 200, "[]", JSON, token=prefix + TOKEN[4:])
    for prefix in ("$2a$", "$2b$", "$2y$")
]
READS = [
    Row(f"GET {MOVERS}/g", 200, '["one"]', JSON, headers={"X-Items": "1", **NO_ROW}),
    Row(f"HEAD {MOVERS}/g", 200, "", JSON, headers={"X-Items": "1", "Content-Length": "7"}),
    Row(f"GET {MOVERS}/nobody", 200, "[]", JSON, headers={"X-Items": "0"}),
    Row(
        f"GET {ONE}",
        200,
        re.compile(r'\{"Task":\{.*\},"Source":\{.*\},"Destination":\{.*\},"Tags":\[.*\]\}'),
        JSON,
    ),
    Row(f"GET {ONE}/runs", 200, "[]", JSON, headers={"X-Items": None}),
    Row(f"GET {NONE}", 404, NO_MOVER, PLAIN),
    Row(f"GET {NONE}/runs", 404, NO_MOVER, PLAIN),
    Row(f"GET {MOVERS}/other/one", 404, NO_MOVER, PLAIN),
    Row(f"GET {ONE}/runs/exec-00000000000000000", 404, "datasync run not found", PLAIN),
    Row(f"GET {ONE}/runs/nonsense", 404, "datasync run not found", PLAIN),
    Row(f"GET {NONE}/runs/exec-00000000000000000", 404, NO_MOVER, PLAIN),
    Row(f"DELETE {NONE}", 404, NO_MOVER, PLAIN),
    Row(f"PUT {NONE}", 404, NO_MOVER, PLAIN, sends={"State": "start"}),
    Row(f"PUT {ONE}", 409, "datasync mover task is not running", PLAIN, sends={"State": "stop"}),
    Row(f"GET {ROOT}/12/movers", 404, "'12' is not a valid account id (12 digits).", PLAIN),
    Row(
        f"GET {ROOT}/999999999999/movers",
        404,
        re.compile("Account 999999999999 is not known, .*"),
        PLAIN,
    ),
    Row(
        f"POST {ROOT}/999999999999/movers/g",
        404,
        re.compile("Account 999999999999 .*"),
        PLAIN,
        sends=new_mover("x"),
    ),
    Row(f"POST {MOVERS}/g", 409, TAKEN, PLAIN, sends=new_mover()),
]
PATHS = [
    Row(f"{method} {path}", 404, "404 page not found\n", PLAIN)
    for method, path in (
        ("GET", "/"), ("GET", "/nowhere"), ("POST", "/nowhere"), ("DELETE", "/v1"),
        ("GET", f"{MOVERS}/"), ("GET", f"{MOVERS}/g/"), ("GET", f"{ONE}/"),
        ("GET", f"{ONE}/runs/"),
        ("GET", f"{ROOT}/ping/"), ("GET", f"{ROOT}/flywheel/"), ("GET", ROOT),
        ("POST", f"//{MOVERS}"), ("GET", "/healthz/"), ("GET", "/graphql/"), ("GET", "/a%0ab"),
        ("GET", f"{ONE}/runs/exec-1/more"), ("GET", f"{ROOT}/{LAB}/other"),
        ("GET", f"{ROOT}/{LAB}"), ("POST", f"{ROOT}/{LAB}/movers/"),
    )
] + [
    Row(f"GET {MOVERS}/g%2Fone", 200, re.compile('{"Task".*'), JSON),  # as the original decodes it
    Row(f"GET {MOVERS}/g%20h", 200, "[]", JSON),
    Row(f"GET {MOVERS}/%ff%fe", 200, "[]", JSON),
    Row(f"GET {MOVERS}/%00", 200, "[]", JSON),
    Row(f"GET {MOVERS}/g/%0d%0aX-A:%20b", 404, NO_MOVER, PLAIN),
    Row(f"GET {MOVERS}/" + "g" * 20_000, 200, "[]", JSON),
    Row(f"GET {MOVERS}/g/" + "n" * 20_000, 404, NO_MOVER, PLAIN),
]  # fmt: skip
METHODS = [
    Row(f"{method} {path}", 405, NO_METHOD, PLAIN, headers={"Allow": allow})
    for method, path, allow in (
        ("POST", MOVERS, "GET, HEAD, OPTIONS"),
        ("DELETE", f"{MOVERS}/g", "GET, HEAD, OPTIONS, POST"),
        ("PUT", f"{MOVERS}/g", "GET, HEAD, OPTIONS, POST"),
        ("POST", ONE, "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("PATCH", ONE, "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("POST", f"{ONE}/runs", "GET, HEAD, OPTIONS"),
        ("DELETE", f"{ONE}/runs/x", "GET, HEAD, OPTIONS"),
        ("TRACE", MOVERS, "GET, HEAD, OPTIONS"),
    )
]
FLYWHEEL = [
    Row(f"GET {ROOT}/flywheel", 400, "", None),
    Row(f"GET {ROOT}/flywheel?other=1", 400, "", None),
    Row(f"GET {ROOT}/flywheel?task=", 200, "{}", JSON),
    Row(f"GET {ROOT}/flywheel?task=a,b", 200, "{}", JSON),
    Row(f"GET {ROOT}/flywheel?task=a&task=%00&task=%ff", 200, "{}", JSON),
    *(
        Row(f"{m} {ROOT}/flywheel?task=a", 200, "{}", JSON)
        for m in ("POST", "PUT", "DELETE", "PATCH")
    ),
]
CREATES = [
    create(b"", f"{CREATE}EOF"),
    create(b" \n", f"{CREATE}EOF"),
    create(b'{"Name": "a"', f"{CREATE}unexpected EOF"),
    create(b"[]", f"{CREATE}the body must be an object, not an array"),
    create(b'{"Name": 1}', f"{CREATE}Name must be a string, not a number"),
    create(b'{"Source": "S3"}', f"{CREATE}Source must be an object, not a string"),
    create(b'{"Tags": {}}', f"{CREATE}Tags must be an array, not an object"),
    create(b'{"x": NaN}', f"{CREATE}invalid character 'N' looking for beginning of value"),
    create(b'{"x": ' + b"[" * 100_000, f"{CREATE}exceeded max depth"),
    create(b"{}", "Name is a required field"),
    create(b"null", "Name is a required field"),
    create(b'{"name": null}', "Name is a required field"),
    create(named(""), "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
    create(named("ab\\n"), "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
    create(named("a_b"), "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
    create(named("a" * 41), "Name cannot exceed 40 characters "),
    create(named("é" * 21), "Name cannot exceed 40 characters "),
    create(named("é" * 20), "Name doesn't match regex ^[a-zA-Z0-9-]+$"),
    create(named("a" * 40), "Source and Destination are required"),
    create(b'{"Name":"a","Source":{"Type":"S3"}}', "Source and Destination are required"),
    create(b'{"Name":"a","Source":null,"Destination":null}', "Source and Destination are required"),
    create(b'{"Name":"a","Source":{},"Destination":{}}', "Source and Destination are required"),
    create(
        b'{"Name":"a","Source":{"Type":"S3"},"Destination":{"Type":"S3"}}',
        "Source of type S3 requires an S3 object.",
    ),
    create(
        b'{"Name":"a","Source":{"Type":"EFS"},"Destination":{"Type":"EFS"}}',
        "Source of type EFS requires an EFS object.",
    ),
    create(
        b'{"Name":"a","Source":{"Type":"S3","S3":{"Subdirectory":"/"}},"Destination":{"Type":"S3"}}',
        "Source S3 requires S3BucketArn.",
    ),
    create(
        b'{"Name":"a","Source":{"Type":"S3","S3":{}},"Destination":{"Type":"S3"}}',
        "Source S3 requires S3BucketArn.",
    ),
    create(
        b'{"Name":"a","Source":{"Type":"s3","S3":{}},"Destination":{"Type":"S3"}}',
        "Source Type must be S3 or EFS.",
    ),
    Row(
        f"POST {MOVERS}/g",
        413,
        "The body has more than 1048576 bytes.\n",
        PLAIN,
        sends=b" " * (1 << 21),
    ),
]
UPDATES = [
    update(b"", f"{UPDATE}EOF"),
    update(b"x", f"{UPDATE}expecting value at character 1"),
    update(b'{"State": true}', f"{UPDATE}State must be a string, not a boolean"),
    update(b"{}", "missing required parameter: State"),
    update(b"null", "missing required parameter: State"),
    update(b'{"State": null}', "missing required parameter: State"),
    update(b'{"State": ""}', "valid states are 'start' and 'stop'"),
    update(b'{"State": "Start"}', "valid states are 'start' and 'stop'"),
    update(b'{"state": "stop", "State": "x"} and more', "valid states are 'start' and 'stop'"),
]
ROWS = [
    *PUBLIC, *PREFLIGHTS, *TOKENS, *ACCEPTED, *READS,
    *PATHS, *METHODS, *FLYWHEEL, *CREATES, *UPDATES,
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def one(rest_api: RestApi) -> None:
    rest_api.make("g", Tags=[{"Key": "team", "Value": "blue"}])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status} {row.asked[:60]}")
def test_a_row_of_the_contract(rest_api: RestApi, row: Row) -> None:
    method, _, path = row.asked.partition(" ")
    sent: dict[str, Any] = (
        {"json": row.sends} if isinstance(row.sends, dict) else {"content": row.sends}
    )
    headers = {} if row.token is None else {"X-Auth-Token": row.token}
    url = rest_api.server.url + path
    answer = rest_api.http.build_request(method, url, **sent)
    answer.headers.pop("X-Auth-Token")
    answer.headers.update(headers)
    got = rest_api.http.send(answer)
    assert got.status_code == row.status, got.text
    if isinstance(row.body, str):
        assert got.text == row.body
    else:
        assert row.body.fullmatch(got.text), got.text
    if row.type is not None or not row.body:
        assert got.headers.get("Content-Type") == row.type
    for name, value in row.headers.items():
        assert got.headers.get(name) == value, name
    if method != "OPTIONS":
        assert re.fullmatch("[0-9a-f]{32}", got.headers["X-Request-Id"])
        assert got.headers["X-Content-Type-Options"] == "nosniff"
