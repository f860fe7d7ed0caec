"""The names that callers give: what is taken, what is refused, in which words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import names
from graph.model.errors import Invalid

RULES: list[tuple[Callable[[str], str], str, str]] = [
    (names.account_id, "account id (12 digits)", "account"),
    (names.group, "group name (1 to 256 of A-Z a-z 0-9 space + = , . @ : / _ -)", "group"),
    (names.run_id, "run id (exec- and 17 hexadecimal digits)", "runId"),
    (names.region, "AWS region, such as eu-west-1", "region"),
]
ANY_TEXT = st.text(st.characters())  # with the halves of surrogate pairs, as JSON can carry them
REGEX = "Name doesn't match regex ^[a-zA-Z0-9-]+$"


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (names.account_id, "000000000000"),
        (names.account_id, "123456789012"),
        (names.group, "g"),
        (names.group, "g" * 64),
        (names.group, "A z+=,.@:/_-9"),
        (names.run_id, "exec-0123456789abcdef0"),
        (names.region, "eu-west-1"),
        (names.region, "us-gov-east-1"),
        (names.region, "eusc-de-east-1"),
        (names.mover_name, "a"),
        (names.mover_name, "-"),
        (names.mover_name, "Mover-1" + "x" * 33),
    ],
)
def test_a_good_name_comes_back_as_it_was(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (names.account_id, "123456789012\n"),
        (names.account_id, " 123456789012"),
        (names.group, ""),
        (names.group, "g" * 257),
        (names.group, "g\n"),
        (names.group, "g\tg"),
        (names.group, "é"),
        (names.group, "a;b"),
        (names.group, "a*"),
        (names.region, ""),
        (names.region, "EU-WEST-1"),
        (names.region, "eu-west"),
        (names.region, "eu-west-1a"),
        (names.region, "eu-west-1\n"),
        (names.run_id, ""),
        (names.run_id, "exec-0123456789abcdef"),
        (names.run_id, "exec-0123456789abcdef01"),
        (names.run_id, "exec-0123456789ABCDEF0"),
        (names.run_id, "exec-0123456789abcdef0\n"),
        (names.run_id, "task-0123456789abcdef0"),
    ],
)
def test_a_bad_name_is_refused_with_its_rule_and_its_place(
    check: Callable[[str], str], text: str
) -> None:
    [(rule, where)] = [(rule, where) for each, rule, where in RULES if each is check]
    with pytest.raises(Invalid) as caught:
        check(text)
    shown = text.encode("unicode_escape").decode()
    shown = shown if len(shown) <= 80 else f"{shown[:80]}..."
    assert caught.value.message == f"'{shown}' is not a valid {rule}."
    assert caught.value.path == (where,)


@given(ANY_TEXT)
def test_a_name_is_taken_by_its_rule_or_refused_and_nothing_else_happens(text: str) -> None:
    for check, pattern in (
        (names.account_id, r"[0-9]{12}"),
        (names.group, r"[A-Za-z0-9_+=,.@:/ -]{1,64}"),
        (names.run_id, r"exec-[0-9a-f]{17}"),
        (names.mover_name, r"[a-zA-Z0-9-]{1,40}"),
    ):
        if re.fullmatch(pattern, text):
            assert check(text) == text
        else:
            with pytest.raises(Invalid):
                check(text)


@given(ANY_TEXT)
def test_a_refusal_stands_on_one_short_line(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        names.account_id(f"x{text}")
    assert caught.value.message.isprintable()
    assert caught.value.message.isascii()
    assert len(caught.value.message) < 130


def test_of_a_long_bad_value_80_characters_are_shown() -> None:
    with pytest.raises(Invalid, match=f"^'{'x' * 80}...' is not a valid"):
        names.account_id("x" * 5000)
    with pytest.raises(Invalid, match=f"^'{'x' * 80}' is not a valid"):
        names.account_id("x" * 80)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 41, "Name cannot exceed 40 characters "),
        (" " * 41, "Name cannot exceed 40 characters "),
        ("é" * 20, REGEX),
        ("a_b", REGEX),
        ("a.b", REGEX),
        ("\uff11", REGEX),
        ("\ud800", REGEX),
    ],
)
def test_a_movers_name_is_refused_at_name_by_the_first_rule_it_breaks(
    text: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        names.mover_name(text)
    assert (caught.value.message, caught.value.path) == (message, ("name",))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("arn:aws:s3:::bucket", ("aws", "s3", "", "", "bucket")),
        (
            "arn:aws-us-gov:datasync:us-gov-west-1:123456789012:task/t/execution/e",
            ("aws-us-gov", "datasync", "us-gov-west-1", "123456789012", "task/t/execution/e"),
        ),
        ("arn:aws:x:r:123456789012:a:b:c", ("aws", "x", "r", "123456789012", "a:b:c")),
    ],
)
def test_an_arn_is_taken_apart_behind_the_fifth_colon_at_the_latest(
    text: str, parts: tuple[str, ...]
) -> None:
    assert names.arn(text) == parts
    assert ":".join(("arn", *names.arn(text))) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:s3:::",
        "arn:aws:s3:::a b",
        "arn:aws:s3:::bucket\n",
        "arn:gcp:s3:::bucket",
        "arn:aws:s3::12345:bucket",
        "arn:aws:S3:::bucket",
        "arn:aws:s3:::" + "b" * 1025,
        "bucket",
    ],
)
def test_what_is_no_arn_is_refused_at_the_path_that_was_given(text: str) -> None:
    with pytest.raises(Invalid, match=r"is not a valid ARN\.$") as caught:
        names.arn(text, path=("source", "s3", "bucketArn"))
    assert caught.value.path == ("source", "s3", "bucketArn")


@pytest.mark.parametrize("name", [None, "a", "Biología", "生物", "a b", "x" * 256, "+-=._:/@"])
def test_a_name_of_any_language_may_exist(name: str | None) -> None:
    assert names.may_exist(name)


@pytest.mark.parametrize("name", ["\0", "a\n", "\x7f", "\x85", "\ud800", "x" * 257])
def test_a_name_with_control_characters_cannot_exist(name: str) -> None:
    assert not names.may_exist(name)
