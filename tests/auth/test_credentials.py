"""Credentials come from one source, whatever the other holds."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from starlette.datastructures import Headers

from graph.auth import Credentials, credentials
from graph.auth.rejected import Rejected

NAMES = ("X-Auth-Token", "Authorization", "X-Forwarded-User")
SUBSETS = list(chain.from_iterable(combinations(NAMES, n) for n in range(4)))
BLANK = ["", " ", "\t"]


def given(names: tuple[str, ...], source: str) -> dict[str, str]:
    return {name: f"Bearer {source} {name}" for name in names}


def expected(names: tuple[str, ...], source: str) -> Credentials:
    values = given(names, source)
    return Credentials(
        values.get("X-Auth-Token"),
        f"{source} Authorization" if "Authorization" in names else None,
        values.get("X-Forwarded-User"),
    )


@pytest.mark.parametrize("payload", SUBSETS, ids="+".join)
@pytest.mark.parametrize("header", SUBSETS, ids="+".join)
def test_any_credential_header_rules_the_payload_out(
    header: tuple[str, ...], payload: tuple[str, ...]
) -> None:
    headers = Headers(given(header, "header"))
    told = {**given(payload, "payload"), "other": "x"}
    lower = {name.lower(): value for name, value in told.items()}
    for each in (told, lower):
        found = credentials(headers, each)
        assert found == (expected(header, "header") if header else expected(payload, "payload"))
    assert credentials(headers) == expected(header, "header")


@pytest.mark.parametrize("value", BLANK)
@pytest.mark.parametrize("name", NAMES)
def test_a_header_counts_even_if_it_is_empty(name: str, value: str) -> None:
    payload = given(NAMES, "payload")
    assert credentials(Headers({name: value}), payload) == Credentials()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_header_twice_is_rejected(name: str) -> None:
    pairs = [(name.lower().encode(), value) for value in (b"client", b"proxy")]
    with pytest.raises(Rejected, match=r"^A valid token is required\.$") as raised:
        credentials(Headers(raw=pairs), {})
    assert raised.value.reason == f"there are 2 {name} headers"


def test_other_headers_leave_the_payload_alone() -> None:
    headers = Headers({"Cookie": "a=b", "X-Forwarded-For": "192.0.2.1", "X-Auth": "x"})
    assert credentials(headers, given(NAMES, "payload")) == expected(NAMES, "payload")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_name_twice_in_a_payload_is_rejected(name: str) -> None:
    for others in ({name.lower(): "a", name.upper(): "b"}, {name: "a", name.upper(): "a"}):
        with pytest.raises(Rejected):
            credentials(Headers({}), others)


LONG = "cn=" + 125 * "x"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{LONG}-alice", f"{LONG}-mallory"),
        (LONG[:127] + "ab", LONG[:127] + "ac"),
        ("bob\x85x", "bob?x"),
        ("bob\x85x", "bob\x86x"),
        ("a" * 5_000, "a" * 5_001),
    ],
)
def test_different_end_users_stay_different(one: str, other: str) -> None:
    users = [credentials({"X-Forwarded-User": user}).forwarded_user for user in (one, other)]
    assert users[0] != users[1]
    for user in users:
        assert user is not None
        assert user.isprintable()
        assert len(user) <= 128


@pytest.mark.parametrize("user", ["ann", "a" * 128, "Bjørn Ærø", "a@example.edu", "a?~b"])
def test_usual_end_users_are_kept_as_they_are(user: str) -> None:
    assert credentials({"X-Forwarded-User": f" {user}\t"}).forwarded_user == user
