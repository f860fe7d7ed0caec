"""Keys as they are configured: each wrong entry has a sentence that names it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from graph.auth import (
    Credentials,
    credentials,
    granted,
    new_key,
    read_groups,
    read_keys,
    read_keys_file,
)
from tests.auth.test_groups import GROUP

DIGEST = hashlib.sha256(b"x").hexdigest()
GOOD: dict[str, Any] = {"name": "a", "key": "k"}


def test_a_file_holds_several_keys(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    file = tmp_path / "keys.toml"
    file.write_text(
        f"""
        [[keys]]
        name = "ci"
        key_file = "{tmp_path}/secret"
        write = true
        accounts = ["222222222222"]
        groups = ["lab", "shop"]
        resources = ["arn:aws:s3:::own-*"]
        forwarded_user = true

        [[keys]]
        name = "reader"
        sha256 = "{DIGEST}"

        [[groups]]
        name = "lab"
        account = "222222222222"
        resources = ["arn:aws:s3:::lab-*", "arn:aws:s3:::shared/lab/*"]

        [[groups]]
        name = "other"
        resources = ["arn:aws:s3:::other"]
        """
    )
    ci, reader = read_keys_file(str(file))
    assert (ci.clear, ci.sha256, ci.forwards) == (b"from a file", None, True)
    assert (ci.rights.may_write, ci.rights.accounts) == (True, frozenset({"222222222222"}))
    assert ci.rights.groups == frozenset({"lab", "shop"})
    assert ci.rights.resources is not None
    assert {(rule.account, rule.group, rule.pattern.resource) for rule in ci.rights.resources} == {
        (None, None, "own-*"),
        ("222222222222", "lab", "lab-*"),
        ("222222222222", "lab", "shared/lab/*"),
    }
    assert reader.rights.uses_everything
    assert (reader.clear, reader.sha256) == (None, hashlib.sha256(b"x").digest())
    assert not reader.rights.may_write
    assert not reader.forwards


WRONG: list[tuple[object, str]] = [
    ([], "at least one"),
    ("text", "at least one"),
    ([1], "key 1 is not a table"),
    ([{"key": "k"}], "key 1 must have a name"),
    ([{"name": "a b", "key": "k"}], "key 1 must have a name"),
    ([{"name": "a"}], "key 'a' must have exactly one of key, key_file and sha256"),
    ([GOOD | {"sha256": DIGEST}], "key 'a' must have exactly one"),
    ([{"name": "a", "key": ""}], "key 'a': key must be 1 to 72 bytes long"),
    ([{"name": "a", "key": "é" * 37}], "key 'a': key must be 1 to 72 bytes long"),
    ([{"name": "a", "key": "\0"}], "key 'a': key must not contain NUL"),
    ([{"name": "a", "key": "k\0k"}], "key 'a': key must not contain NUL"),
    ([{"name": "a", "key": 7}], "key 'a': key must be a string"),
    ([{"name": "a", "key_file": "/nowhere"}], "key 'a': key_file cannot be read"),
    ([{"name": "a", "sha256": "abc"}], "key 'a': sha256 must be 64"),
    (
        [{"name": "a", "sha256": hashlib.sha256().hexdigest()}],
        "sha256 is the digest of an empty key",
    ),
    ([GOOD | {"write": "yes"}], "key 'a': write must be true or false"),
    ([GOOD | {"accounts": []}], "key 'a': accounts must be a list with at least one entry"),
    ([GOOD | {"accounts": "222222222222"}], "key 'a': accounts must be a list"),
    ([GOOD | {"accounts": ["12"]}], "key 'a': accounts: '12' is not a valid account id"),
    ([GOOD | {"groups": [""]}], "key 'a': groups: '' is not a valid group name"),
    ([GOOD | {"resources": []}], "key 'a': resources must be a list with at least one entry"),
    ([GOOD | {"resources": ["lab-*"]}], "key 'a': resources contains 'lab-*', which must be arn:"),
    ([GOOD | {"resources": ["arn:aws:s3:::a/b"]}], "'arn:aws:s3:::a/b', which has a prefix"),
    ([GOOD | {"wirte": True}], "key 'a': wirte is not one of name, key"),
    ([GOOD, GOOD | {"key": "l"}], "the name 'a' is used by two keys"),
    ([GOOD, GOOD | {"name": "b"}], "key 'b' has the same secret as another key"),
    (
        [{"name": f"{n}", "key": f"{n}"} for n in range(9)],
        "at most 8 keys may be configured in plain text",
    ),
]


@pytest.mark.parametrize(("tables", "sentence"), WRONG)
def test_a_wrong_entry_is_named(tables: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_keys(tables)


def test_a_file_that_holds_anything_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    with pytest.raises(ValueError, match="cannot be read"):
        read_keys_file(str(file))
    file.write_text('token = "secret"\n[[keys]]\nname = "a"\nkey = "k"\n')
    with pytest.raises(ValueError, match=r"only .* tables, not 'token'"):
        read_keys_file(str(file))


def test_a_new_key_is_long_and_has_its_digest() -> None:
    key, digest = new_key()
    assert len(key) >= 43
    assert hashlib.sha256(key.encode()).hexdigest() == digest


def test_headers_win_over_the_payload_whose_case_does_not_matter() -> None:
    payload = {"x-AUTH-token": "p", "AUTHORIZATION": "bearer b", "x-forwarded-user": "u", "n": 1}
    assert credentials({}, payload) == Credentials("p", "b", "u")
    assert credentials({"X-Auth-Token": "h"}, payload).token == "h"
    assert credentials({"Authorization": "Basic eA=="}).bearer is None
    assert credentials({}, {"X-Auth-Token": 7, "Authorization": None}) == Credentials()


def test_blanks_around_a_token_are_no_part_of_it() -> None:
    assert credentials({"X-Auth-Token": "h \t"}) == Credentials("h")
    assert credentials({}, {"X-Auth-Token": " p "}).token == "p"
    assert credentials({"X-Auth-Token": "  "}, {"X-Auth-Token": "p"}).token is None


def test_a_forwarded_user_may_be_in_utf_8() -> None:
    sent = "Zoë".encode().decode("latin-1")  # as a header comes
    assert credentials({"X-Forwarded-User": sent}).forwarded_user == "Zoë"
    assert credentials({"X-Forwarded-User": "Zoë"}).forwarded_user == "Zoë"


def test_a_forwarded_user_is_printable_and_short() -> None:
    user = credentials({"X-Forwarded-User": "a\nb\ud800" + "c" * 500}).forwarded_user
    assert user is not None
    assert user.startswith("a?b?c")
    assert len(user) == 128
    assert credentials({"X-Forwarded-User": "  "}).forwarded_user is None


def test_a_key_without_limits_gains_none_from_rules() -> None:
    free, limited = read_keys([GOOD, GOOD | {"name": "b", "key": "l", "groups": ["g"]}])
    rules = read_groups([GROUP, GROUP | {"name": "h"}])
    assert granted([free], rules) == (free,)
    (key,) = granted([limited], rules)
    assert key.rights.resources == frozenset(rules[:1])
    assert limited.rights.resources == frozenset()
    assert not limited.rights.uses_everything
