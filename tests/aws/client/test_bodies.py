"""The bodies of responses, read by the shapes of the SDK's models."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from graph.aws.client.answers import REQUIRED
from graph.aws.client.bodies import normalize_json_error, normalize_rest_json_error, read_json
from graph.aws.client.protocols import PROTOCOLS
from tests.aws.client import examples

OF_REST_XML = ("s3", "s3control")
CALLED = [
    (service, name)
    for service in REQUIRED
    for name in REQUIRED[service]
    if service not in OF_REST_XML
]
SIGNED = {"x-amzn-requestid": "r-1"}
LISTING = examples.operation("datasync", "ListTasks")


def read(service: str, name: str, body: bytes, *, signed: bool = True) -> Any:
    model = examples.operation(service, name)
    protocol = PROTOCOLS[model.service_model.resolved_protocol]
    headers = SIGNED if signed else {}
    return protocol.read(model, {"body": body, "headers": headers, "status_code": 200})


@pytest.mark.parametrize(("service", "name"), CALLED)
def test_what_a_service_encodes_is_read_with_all_of_its_members(service: str, name: str) -> None:
    model = examples.operation(service, name)
    complete = examples.answer(model)
    got = read(service, name, examples.encoded(model, complete))
    assert got.keys() == complete.keys()


@pytest.mark.parametrize(
    ("task", "good"),
    [
        ({"TaskArn": "a"}, True),
        ({"TaskArn": "a", "Name": None}, True),
        ({"TaskArn": "a", "New": [{"x": 1}]}, True),
        ({"TaskArn": 1}, False),
        ({"TaskArn": True}, False),
        ({"TaskArn": ["a"]}, False),
        ("a", False),
        (None, False),
        ([], False),
    ],
)
def test_a_member_is_of_its_type_or_absent(task: Any, *, good: bool) -> None:
    body = json.dumps({"Tasks": [task]}).encode()
    if good:
        assert read("datasync", "ListTasks", body) == {"Tasks": [task]}
    else:
        with pytest.raises((TypeError, ValueError)):
            read("datasync", "ListTasks", body)


@pytest.mark.parametrize("count", [True, "1", 1.5, [1], {"a": 1}])
def test_a_number_is_neither_a_boolean_nor_a_text(count: object) -> None:
    body = json.dumps({"FilesTransferred": count}).encode()
    with pytest.raises(TypeError):
        read("datasync", "DescribeTaskExecution", body)


@pytest.mark.parametrize(
    ("body", "signed", "good"),
    [
        (b"", True, True),
        (b"{}", True, True),
        (b'{"Freed": 1}', True, True),
        (b"{}", False, False),
        (b" {} ", False, False),
        (b"", False, False),
        (b'{"Freed": 1}', False, False),
        (b'{"__type": "X"}', True, False),
        (b"[]", True, False),
        (b"<html/>", True, False),
    ],
)
def test_nothing_is_an_answer_only_with_the_request_id_of_aws(
    body: bytes, *, signed: bool, good: bool
) -> None:
    if good:
        assert isinstance(read("datasync", "DeleteTask", body, signed=signed), dict)
    else:
        with pytest.raises((TypeError, ValueError)):
            read("datasync", "DeleteTask", body, signed=signed)


NOTHING = [
    (service, name)
    for service, name in CALLED
    if not getattr(examples.operation(service, name).output_shape, "members", None)
]


@pytest.mark.parametrize(("service", "name"), NOTHING)
@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}, {"x-id": "r-1"}])
def test_an_operation_that_returns_nothing_has_an_answer_only_with_a_request_id(
    service: str, name: str, headers: dict[str, str]
) -> None:
    model = examples.operation(service, name)
    protocol = PROTOCOLS[model.service_model.resolved_protocol]
    bodies = (b"{}", b"", b"<html/>", f"<{name}Response/>".encode(), b"<RequestId>r</RequestId>")
    for body in bodies:
        with pytest.raises((TypeError, ValueError, LookupError)):
            protocol.read(model, {"body": body, "headers": headers, "status_code": 200})
    whole = {"body": examples.encoded(model, {}), "headers": SIGNED, "status_code": 200}
    assert protocol.read(model, whole) == {}


def test_the_request_id_of_iam_is_in_the_body() -> None:
    body = b"<DeleteRoleResponse><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    assert read("iam", "DeleteRole", body + b"</DeleteRoleResponse>", signed=False) == {}
    for text in (b"", b" "):
        unsigned = b"<DeleteRoleResponse><RequestId>" + text + b"</RequestId></DeleteRoleResponse>"
        with pytest.raises(ValueError, match="request id"):
            read("iam", "DeleteRole", unsigned, signed=False)


@given(body=st.binary(max_size=60) | st.text('<>/x!&;[]{}":a', max_size=40).map(str.encode))
@pytest.mark.parametrize(("service", "name"), [("datasync", "ListTasks"), ("iam", "ListRoles")])
def test_whatever_comes_instead_of_an_answer_is_one_of_the_expected_errors(
    service: str, name: str, body: bytes
) -> None:
    try:
        got = read(service, name, body)
    except (LookupError, TypeError, ValueError):
        return
    assert isinstance(got, dict)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE r><r/>",
        b'<!DOCTYPE r [<!ENTITY a "aaaa">]><ListRolesResponse>&a;</ListRolesResponse>',
        b"<ListRolesResponse>",
        b"<ListRolesResponse/>",
        b"<ListUsersResponse><ListRolesResult/></ListUsersResponse>",
    ],
)
def test_no_entity_is_expanded_and_no_other_answer_is_read(body: bytes) -> None:
    with pytest.raises((LookupError, ValueError)):
        read("iam", "ListRoles", body)


@given(
    body=st.binary(max_size=40)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=3),
        lambda inner: st.dictionaries(st.sampled_from(["__type", "message", "Message"]), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_an_error_in_json_has_texts_as_its_code_and_message_afterwards(body: bytes) -> None:
    response: dict[str, Any] = {"body": body, "headers": {}, "status_code": 400}
    normalize_json_error(LISTING, response)
    error = json.loads(response["body"])
    assert all(isinstance(error.get(name, ""), str) for name in ("__type", "message", "Message"))


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"x-amzn-errortype": "FileSystemNotFound:http://x"}, b"", "FileSystemNotFound"),
        ({}, b'{"ErrorCode": "BadRequest", "Message": "m"}', "BadRequest"),
        ({}, b'{"code": "AccessDenied"}', "AccessDenied"),
        ({}, b'{"ErrorCode": 1}', None),
        ({}, b"<html/>", None),
    ],
)
def test_an_error_in_json_has_its_code_in_a_header_or_in_the_body(
    headers: dict[str, str], body: bytes, code: str | None
) -> None:
    response: dict[str, Any] = {"body": body, "headers": headers, "status_code": 400}
    normalize_rest_json_error(LISTING, response)
    assert json.loads(response["body"]).get("code") == code


def test_a_shape_may_contain_itself() -> None:
    model = ServiceModel(
        {
            "metadata": {"serviceId": "Trees", "protocol": "json"},
            "operations": {"GetTree": {"name": "GetTree", "output": {"shape": "Tree"}}},
            "shapes": {
                "Tree": {
                    "type": "structure",
                    "members": {"Name": {"shape": "Name"}, "Branches": {"shape": "Trees"}},
                },
                "Trees": {"type": "list", "member": {"shape": "Tree"}},
                "Name": {"type": "string"},
            },
        },
        "trees",
    ).operation_model("GetTree")
    good, bad = [b'{"Branches": [{"Branches": [{"Name": %s}]}]}' % name for name in (b'"a"', b"1")]
    assert read_json(model, {"body": good})["Branches"][0]["Branches"] == [{"Name": "a"}]
    with pytest.raises(TypeError):
        read_json(model, {"body": bad})
