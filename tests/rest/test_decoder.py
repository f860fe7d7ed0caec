"""The decoder of request bodies, against what Go's encoding/json makes of them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid
from rest_compat.decoder import Array, Object, String, decode

INNER = Object({"Type": String(nullable=False), "Size": String()})
SHAPE = Object({"Name": String(), "Inner": INNER, "Many": Array(INNER), "Texts": Array(String())})
KINDS: dict[str, tuple[Any, ...]] = {
    "Name": (1, 1.5, True, [], {}),
    "Inner": (1, "x", False, []),
    "Many": (1, "x", True, {}, [1], ["x"]),
    "Texts": ("x", 1, {}, [1], [[]]),
}

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the decoder."""
texts = st.text(st.characters(codec="utf-8"), max_size=8)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
inners = st.fixed_dictionaries({}, optional={"Type": texts, "Size": texts})
values = st.fixed_dictionaries(
    {},
    optional={
        "Name": texts,
        "Inner": inners,
        "Many": st.lists(inners, max_size=3),
        "Texts": st.lists(texts, max_size=3),
    },
)


def cased(data: st.DataObject, value: Any) -> Any:
    """The same with the names of members in any case."""
    if isinstance(value, dict):
        return {
            "".join(data.draw(st.sampled_from((c.lower(), c.upper()))) for c in key): cased(
                data, inner
            )
            for key, inner in value.items()
        }
    return [cased(data, item) for item in value] if isinstance(value, list) else value


@unhurried
@given(values, st.data())
def test_names_are_known_in_any_case(value: dict[str, Any], data: st.DataObject) -> None:
    assert decode(json.dumps(cased(data, value)).encode(), SHAPE, "d") == value


@unhurried
@given(values, anything, st.binary(max_size=20))
def test_unknown_members_and_what_follows_the_value_are_ignored(
    value: dict[str, Any], other: Any, trailing: bytes
) -> None:
    body = json.dumps({"unknown": other, **value, "and": other}).encode()
    assert decode(b" \t\r\n" + body + trailing, SHAPE, "d") == value


@unhurried
@given(values)
def test_null_is_absent(value: dict[str, Any]) -> None:
    nulls = {name: None for name in ("Name", "Inner", "Many", "Texts") if name not in value}
    assert decode(json.dumps(value | nulls).encode(), SHAPE, "d") == value


@unhurried
@given(st.lists(texts | st.none(), min_size=1, max_size=5), st.data())
def test_of_a_key_that_comes_again_the_last_counts(
    names: list[str | None], data: st.DataObject
) -> None:
    keys = [data.draw(st.sampled_from(("Name", "name", "NAME", "nAmE"))) for _ in names]
    pairs = (f"{json.dumps(k)}:{json.dumps(n)}" for k, n in zip(keys, names, strict=True))
    found = decode(("{" + ",".join(pairs) + "}").encode(), SHAPE, "d")
    assert found == ({} if names[-1] is None else {"Name": names[-1]})


@pytest.mark.parametrize("body", [b"[" + b"1," * 30_000 + b"1]", b'{"x":{' + b'"a":1,' * 15_000])
def test_a_body_of_very_many_values_is_refused_before_it_is_decoded(body: bytes) -> None:
    with pytest.raises(Invalid, match=r"^decoding: more than 20000 values$"):
        decode(body, SHAPE, "decoding")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"Inner":{"Type":"a"},"inner":{"Size":"b"}}', {"Inner": {"Type": "a", "Size": "b"}}),
        (b'{"Inner":{"Type":"a"},"INNER":{"type":"b"}}', {"Inner": {"Type": "b"}}),
        (b'{"Inner":{"Type":"a","type":null}}', {"Inner": {"Type": "a"}}),
        (b'{"Inner":{"Size":"a","size":null}}', {"Inner": {}}),
        (b'{"Inner":{"Type":"a"},"Inner":null}', {}),
        (b'{"Texts":["a","b"],"Texts":["c"]}', {"Texts": ["c"]}),
        (b'{"Texts":["a",null]}', {"Texts": ["a", None]}),
        (b'{"Many":[null,{}]}', {"Many": [None, {}]}),
        (b'{"Text\xc5\xbf":[],"name":"\xe2\x84\xaa"}', {"Texts": [], "Name": "\u212a"}),
        (b'{"Name":"\\ud83d\\ude00"}', {"Name": "\U0001f600"}),
        (b'{"Name":"\\ud83d"}', {"Name": "\ufffd"}),
        (b'{"Name":"a\xffb"}', {"Name": "a\ufffdb"}),
        (b'{"x":1e999999,"y":' + b"9" * 9_999 + b"}", {}),
        (b"null and more", {}),
        (b"{}{", {}),
    ],
)
def test_what_go_takes_is_taken(body: bytes, value: dict[str, Any]) -> None:
    assert decode(body, SHAPE, "d") == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "EOF"),
        (b" \n\t", "EOF"),
        (b"{", "unexpected EOF"),
        (b'{"Name', "unexpected EOF"),
        (b'{"Name":', "unexpected EOF"),
        (b'{"Name":"a', "unexpected EOF"),
        (b'{"Name":"a",', "unexpected EOF"),
        (b'{"x":tr', "unexpected EOF"),
        (b'{"x":-', "unexpected EOF"),
        (b"nul", "unexpected EOF"),
        (b"[", "unexpected EOF"),
        (b"[" * 1_000_000, "exceeded max depth"),
        (b'{"a":' * 19_000, "exceeded max depth"),
        (b'{"x":Infinity}', "invalid character 'I' looking for beginning of value"),
        (b'{"x":-Infinity}', "invalid character '-' looking for beginning of value"),
        (b'{"Name":"a\nb"}', "invalid control character at character 11"),
        (b"\xef\xbb\xbf{}", "expecting value at character 1"),
        (b"\xc2\xa0{}", "expecting value at character 1"),
        (b"1", "the body must be an object, not a number"),
        (b'"x"', "the body must be an object, not a string"),
        (b"true", "the body must be an object, not a boolean"),
    ],
)
def test_what_go_refuses_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(Invalid) as raised:
        decode(body, SHAPE, "doing")
    assert raised.value.message == f"doing: {why}"


@pytest.mark.parametrize(("name", "wrong"), [(n, w) for n, ws in KINDS.items() for w in ws])
def test_a_wrong_type_is_refused_by_its_name(name: str, wrong: Any) -> None:
    with pytest.raises(Invalid, match=rf"^doing: {name}\S* must be an? \w+, not an? \w+$"):
        decode(json.dumps({name.lower(): wrong}).encode(), SHAPE, "doing")


@unhurried
@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_decoded_or_refused(body: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(decode(body, SHAPE, "doing"), dict)
