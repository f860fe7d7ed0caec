"""A response with status 200 that is no answer is AWS's failure, whatever was asked."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.model import OperationModel

from graph.aws.client.access import Access
from graph.aws.client.answers import REQUIRED
from graph.aws.client.gateway import Gateway
from graph.model.errors import Upstream
from tests.aws.client import examples
from tests.aws.client.endpoint import Endpoint, credentials
from tests.world import LAB, OTHER

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIGNED = {"x-amzn-RequestId": "r-1"}
PAGE = b"<html><body>Sign in</body></html>"
NO_ANSWERS = (
    *(PAGE, b"<!DOCTYPE html>" + PAGE, b"Sign in", b"\xff\xfe\x00", b"", b"{"),
    *(b"[]", b"[{}]", b"null", b'"x"', b"0", b"true"),
    b'{"__type": "ThrottlingException", "message": "x"}',
)
CALLED = [
    (service, name)
    for service in ("datasync", "resourcegroupstaggingapi", "iam")
    for name in REQUIRED[service]
]
LISTS = [each for each in CALLED if any("[]" in path for path in REQUIRED[each[0]][each[1]])]


@pytest.fixture
def gateway(endpoint_gateway: Gateway) -> Gateway:
    return endpoint_gateway


async def call(gateway: Gateway, service: str, name: str) -> dict[str, Any]:
    given = examples.parameters(examples.operation(service, name))
    return await gateway.bind(LAB).call(service, Access.MANAGE, xform_name(name), **given)


@pytest.mark.parametrize(("service", "name"), CALLED)
async def test_what_has_not_the_shape_of_an_operations_output_is_no_answer(
    endpoint: Endpoint, gateway: Gateway, service: str, name: str
) -> None:
    model = examples.operation(service, name)
    for body in bad_bodies(model):
        endpoint.body, endpoint.asked = body, 0
        with pytest.raises(Upstream) as caught:
            pytest.fail(f"{body!r} was taken for {await call(gateway, service, name)}")
        assert f"answer to {service}:{name} could not be understood" in caught.value.message
        assert endpoint.asked


@pytest.mark.parametrize(("service", "name"), CALLED)
async def test_a_complete_answer_and_one_with_nothing_but_what_is_required_are_taken(
    endpoint: Endpoint, gateway: Gateway, service: str, name: str
) -> None:
    model = examples.operation(service, name)
    complete = examples.answer(model)
    endpoint.headers = SIGNED
    for given in (complete, least(complete, REQUIRED[service][name])):
        endpoint.body = examples.encoded(model, given)
        got = await call(gateway, service, name)
        got.pop("ResponseMetadata", None)
        assert got.keys() == given.keys()


@pytest.mark.parametrize(("service", "name"), LISTS)
async def test_an_empty_list_is_an_answer(
    endpoint: Endpoint, gateway: Gateway, service: str, name: str
) -> None:
    model = examples.operation(service, name)
    member = REQUIRED[service][name][0].partition("[]")[0]
    endpoint.body = examples.encoded(model, {member: []})
    assert (await call(gateway, service, name))[member] == []


async def test_members_that_aws_adds_later_are_no_obstacle(
    endpoint: Endpoint, gateway: Gateway
) -> None:
    endpoint.body = b'{"Tasks": [{"TaskArn": "a", "Status": "NEW", "Hue": {"a": [1]}}], "More": 1}'
    assert (await call(gateway, "datasync", "ListTasks"))["Tasks"][0]["TaskArn"] == "a"
    endpoint.body = b'{"Freed": 12}'
    endpoint.headers = SIGNED
    await call(gateway, "datasync", "DeleteTask")


async def test_an_operation_without_output_may_answer_nothing_with_aws_request_id_alone(
    endpoint: Endpoint, gateway: Gateway
) -> None:
    endpoint.headers = SIGNED
    endpoint.body = b""
    await call(gateway, "datasync", "DeleteTask")


@pytest.mark.parametrize("body", [PAGE, b"", b"<AssumeRoleResponse/>", credentials()[:-60], b"{}"])
async def test_a_role_is_not_assumed_by_what_is_no_answer(
    endpoint: Endpoint, gateway: Gateway, body: bytes
) -> None:
    endpoint.sts = body or b" "
    with pytest.raises(Upstream, match="AWS's answer to sts:AssumeRole could not be understood"):
        await gateway.bind(OTHER).call("datasync", Access.READ, "list_tasks")
    assert not endpoint.asked


async def test_a_list_that_breaks_off_is_no_list(endpoint: Endpoint, gateway: Gateway) -> None:
    model = examples.operation("iam", "ListRoles")
    endpoint.body = examples.encoded(model, {"Roles": [], "IsTruncated": True})
    with pytest.raises(Upstream, match="list of Roles ends before its last page"):
        async for _ in gateway.bind(LAB).pages("iam", "list_roles", "Roles", access=Access.MANAGE):
            pass


async def test_an_operation_without_a_row_cannot_be_called(gateway: Gateway) -> None:
    with pytest.raises(AttributeError, match="list_users"):
        await gateway.bind(LAB).call("iam", Access.MANAGE, "list_users")


def bad_bodies(model: OperationModel) -> Iterator[bytes]:
    """Whatever a proxy, a captive portal or a broken connection may put in an answer's place."""
    complete = examples.answer(model)
    good = examples.encoded(model, complete)
    xml = model.service_model.resolved_protocol == "query"
    yield from NO_ANSWERS
    yield good[: len(good) // 2 + 1] if len(good) > 2 else good[:1]
    yield good[:-1]
    yield good + b"x"
    if xml:
        yield from (b"<html/>", good.replace(model.name.encode(), b"Other"), b"{}")
    if not complete:
        yield from (b'{"error": "sign in"}', b"{}", b" {}\n")
        return
    yield b"<x/>" if xml else b"{}"
    yield from (examples.encoded(model, bad) for bad in _spoilt(model, complete, xml=xml))


def _spoilt(model: OperationModel, complete: Any, *, xml: bool) -> Iterator[Any]:
    """The complete answer, but for one member that is required."""
    for path in REQUIRED[model.service_model.service_name][model.name]:
        parts = path.split(".")
        for depth in range(1, len(parts) + 1):
            yield _with(complete, parts[:depth], missing=True)
            kind = "list" if parts[depth - 1].endswith("[]") else "scalar"
            kind = "structure" if kind == "scalar" and depth < len(parts) else kind
            for value in (_WRONG_IN_XML if xml else _WRONG)[kind]:
                yield _with(complete, parts[:depth], value)


_WRONG: Final[dict[str, list[Any]]] = {
    "list": [None, "x", 1, True, {}, {"a": 1}, [None], [1], [[]]],
    "structure": [None, "x", 1, True, [], [{}], {}],
    "scalar": [None, "", 1, True, [], ["x"], {}, {"a": 1}],
}
_WRONG_IN_XML: Final[dict[str, list[Any]]] = {
    "list": ["x", {"other": "x"}],
    "structure": ["x", "", {}],
    "scalar": ["", {"a": "b"}],
}
"""By the kind of a member, values that it cannot have."""


def _with(complete: Any, parts: list[str], value: Any = None, *, missing: bool = False) -> Any:
    spoilt = copy.deepcopy(complete)
    at = spoilt
    for part in parts[:-1]:
        at = at[part.removesuffix("[]")]
        at = at[0] if part.endswith("[]") else at
    name = parts[-1].removesuffix("[]")
    if missing:
        del at[name]
    else:
        at[name] = value
    return spoilt


def least(complete: Any, paths: tuple[str, ...]) -> Any:
    """Of a complete answer, what is required."""
    kept: dict[str, Any] = {}
    for path in paths:
        name, _, _ = path.partition(".")
        plain = name.removesuffix("[]")
        rests = tuple(other.partition(".")[2] for other in paths if other.partition(".")[0] == name)
        inner = [rest for rest in rests if rest]
        value = complete[plain]
        if name.endswith("[]"):
            kept[plain] = [least(item, tuple(inner)) if inner else item for item in value]
        else:
            kept[plain] = least(value, tuple(inner)) if inner else value
    return kept
