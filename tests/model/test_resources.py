"""Patterns of ARNs: what they cover, and above all what they do not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.resources import ArnPattern, Resource, ResourceRule, prefixes_of, s3_prefix

BUCKET = "arn:aws:s3:::"
LOGS = "arn:aws:logs:us-east-1:222222222222:log-group:/lab/datasync"
EFS = "arn:aws:elasticfilesystem:us-east-1:222222222222:file-system/fs-0123"
POINT = "arn:aws:s3:us-east-1:222222222222:accesspoint"

ALIASES = ("-s3alias", "-ext-s3alias", "--ol-s3", "--op-s3", "--xa-s3", ".mrap")
COVERED = [
    (f"{BUCKET}lab", f"{BUCKET}lab"),
    (f"{BUCKET}lab-*", f"{BUCKET}lab-photos"),
    (f"{BUCKET}lab-*", f"{BUCKET}lab-"),
    (f"{BUCKET}*", f"{BUCKET}anything"),
    (f"{BUCKET}lab-?", f"{BUCKET}lab-1"),
    (f"{BUCKET}*-lab", f"{BUCKET}a-lab-lab"),
    (f"{BUCKET}Lab_Legacy.*", f"{BUCKET}Lab_Legacy.Bucket"),
    ("arn:*:s3:::lab", "arn:aws-cn:s3:::lab"),
    ("arn:aws:elasticfilesystem:*:*:file-system/fs-0123", EFS),
    ("arn:aws:elasticfilesystem:us-*:222222222222:*", EFS),
    ("arn:aws:ec2:*:*:subnet/*", "arn:aws:ec2:us-east-1:222222222222:subnet/subnet-1"),
    ("arn:aws:s3:*:*:accesspoint/lab-*", f"{POINT}/lab-a"),
    ("arn:aws:s3:*:*:accesspoint/lab-*", f"{POINT}:lab-a"),
    ("arn:aws:s3:*:*:accesspoint:lab-*", f"{POINT}/lab-a"),
    ("arn:aws:s3:::*-s3alias", f"{BUCKET}lab-x-s3alias"),
    ("arn:*:*:*:*:*", EFS),
    ("arn:*:*:*:*:*", LOGS),
    (LOGS, LOGS),
    ("arn:aws:logs:*:*:log-group:/lab/*", LOGS),
    ("arn:aws:logs:*:*:*", LOGS),
    ("arn:*:*:*:*:*", f"{BUCKET}lab"),
]
NOT_COVERED = [
    (LOGS, f"{LOGS}-of-others"),
    ("arn:aws:logs:*:*:log-group", LOGS),
    (f"{BUCKET}lab", f"{BUCKET}lab-secret"),
    (f"{BUCKET}lab", f"{BUCKET}xlab"),
    (f"{BUCKET}lab-*", f"{BUCKET}lab"),
    (f"{BUCKET}lab-*", f"{BUCKET}labx-photos"),
    (f"{BUCKET}lab-*", f"{BUCKET}Lab-photos"),
    (f"{BUCKET}lab-*", f"{BUCKET}shop-lab-photos"),
    (f"{BUCKET}lab-?", f"{BUCKET}lab-"),
    (f"{BUCKET}lab-?", f"{BUCKET}lab-12"),
    (f"{BUCKET}lab.x", f"{BUCKET}labyx"),
    (f"{BUCKET}[a-z]*", f"{BUCKET}lab"),
    (f"{BUCKET}(.+)+", f"{BUCKET}lab"),
    (f"{BUCKET}lab", "arn:aws-cn:s3:::lab"),
    (f"{BUCKET}lab", "ARN:aws:s3:::lab"),
    (f"{BUCKET}*", f"{POINT}/lab"),
    (f"{BUCKET}*", EFS),
    (f"{BUCKET}lab-*", f"{BUCKET}lab-x-s3alias"),
    *((f"{BUCKET}*", f"{BUCKET}lab-x{ending}") for ending in ALIASES),
    *((f"{BUCKET}lab-*", f"{BUCKET}lab-x{ending.upper()}") for ending in ALIASES),
    ("arn:aws:s3:*:*:accesspoint/lab-*", f"{POINT}/shop-a"),
    ("arn:aws:s3:*:*:accesspoint/lab-*", f"{BUCKET}lab-a"),
    ("arn:aws:s3:us-east-1:222222222222:*", f"{BUCKET}lab"),
    ("arn:aws:s3:*:333333333333:accesspoint/*", f"{POINT}/lab"),
    ("arn:aws:elasticfilesystem:*:*:file-system/fs-0123", EFS + "4"),
    ("arn:aws:elasticfilesystem:eu-*:*:*", EFS),
    ("arn:aws:elastic*:us-east-1:2*:file-system/fs-0123", "arn:aws:elastic:us-east-1:2:x:y"),
    ("arn:*:*:*:*:*", "lab"),
    ("arn:*:*:*:*:*", "arn:aws:s3:us-east-1:222222222222:accesspoint/a:b"),
]


@pytest.mark.parametrize(("pattern", "arn"), COVERED)
def test_a_pattern_covers(pattern: str, arn: str) -> None:
    assert ArnPattern.parse(pattern).matches(Resource(arn))


@pytest.mark.parametrize(("pattern", "arn"), NOT_COVERED)
def test_a_pattern_does_not_cover(pattern: str, arn: str) -> None:
    assert not ArnPattern.parse(pattern).matches(Resource(arn))


PREFIXES = [
    ("shared/lab/*", "/lab", True),
    ("shared/lab/*", "/lab/", True),
    ("shared/lab/*", "lab/x/y", True),
    ("shared/lab/*", "/lab-secret", False),
    ("shared/lab/*", "/labs/lab", False),
    ("shared/lab/*", "/", False),
    ("shared/lab/*", None, False),
    ("shared/lab/*", "", False),
    ("shared/lab/*", "/Lab", False),
    ("shared/lab/*", "/lab/../shop", False),
    ("shared/lab/*", "/lab/./x", False),
    ("shared/lab/*", "//lab", False),
    ("shared/lab/*", "/lab//", False),
    ("shared/*", "/", True),
    ("shared/*", None, True),
    ("shared/*", "/x/..", False),
    ("shared", "/x/..", True),
    ("shared", "//", True),
    ("sha*", "/lab", True),
    ("*/lab/*", "/lab", True),
]


@pytest.mark.parametrize(("pattern", "subdirectory", "covered"), PREFIXES)
def test_a_prefix_covers_what_is_inside_it(
    pattern: str, subdirectory: str | None, *, covered: bool
) -> None:
    resource = Resource(f"{BUCKET}shared", s3_prefix(subdirectory))
    assert ArnPattern.parse(f"{BUCKET}{pattern}").matches(resource) is covered


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "*",
        "lab-*",
        "arn:aws:s3:::",
        "arn:aws:s3::lab",
        "arn:aws:s3:::a:b",
        "arn:aws:elasticfilesystem:*:file-system/fs-0123:*",
        "arn:aws:s3:::lab photos",
        "arn:aws:s3:::lab\n",
        "arn:aws:s3:::läb",
        "arn:AWS:s3:::lab",
        "arn:aws:s3:::shared/lab",
        "arn:aws:s3:::/lab*",
        "arn:aws:s3:::" + "a" * 2_100,
        "urn:aws:s3:::lab",
    ],
)
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"must|has"):
        ArnPattern.parse(pattern)


PART = st.text(st.sampled_from("ab-*?.[("), max_size=8)
TEXT = st.text(st.sampled_from("ab-.[("), max_size=12)


@given(pattern=PART.filter(bool), name=TEXT.filter(bool))
def test_wildcards_mean_what_they_mean_in_a_shell_and_nothing_else_does(
    pattern: str, name: str
) -> None:
    expression = "".join(
        ".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern
    )
    group = ArnPattern.parse(f"arn:aws:ec2:r:1:security-group/{pattern}")
    covered = group.matches(Resource(f"arn:aws:ec2:r:1:security-group/{name}"))
    assert covered is bool(re.fullmatch(expression, name))


ARNS = st.lists(st.text(st.sampled_from("ab1*?"), min_size=1, max_size=4), min_size=5, max_size=5)


@given(globs=ARNS, parts=ARNS)
def test_an_arn_is_covered_only_if_each_part_is(globs: list[str], parts: list[str]) -> None:
    def alone(glob: str, part: str) -> bool:
        pattern = ArnPattern.parse(f"arn:aws:ec2:::{glob}")
        return pattern.matches(Resource(f"arn:aws:ec2:::{part}"))

    whole = ArnPattern.parse(":".join(["arn", *globs])).matches(Resource(":".join(["arn", *parts])))
    assert whole is all(alone(glob, part) for glob, part in zip(globs, parts, strict=True))


def test_many_wildcards_cost_no_more_than_the_length_of_both() -> None:
    """A backtracking matcher would not end: the deadline of the test is the assertion."""
    pattern = ArnPattern.parse(BUCKET + "*a" * 500)
    assert not pattern.matches(Resource(BUCKET + "a" * 499))
    assert not pattern.matches(Resource(BUCKET + "ab" * 500))


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ((None, None), True),
        (("222222222222", None), True),
        (("222222222222", "lab"), True),
        (("333333333333", "lab"), False),
        ((None, "Lab"), False),
        ((None, "lab-secret"), False),
    ],
)
def test_a_rule_is_for_the_movers_of_its_account_and_group(
    rule: tuple[str | None, str | None], *, allowed: bool
) -> None:
    given_rule = ResourceRule(ArnPattern.parse(f"{BUCKET}*"), *rule)
    resource = Resource(f"{BUCKET}b")
    assert given_rule.allows("222222222222", "lab", resource) is allowed
    assert given_rule.allows("222222222222", None, resource) is (rule[1] is None and allowed)


OTHERS = "333333333333"
THEIR_POINT = POINT.replace("222222222222", OTHERS)


@pytest.mark.parametrize(
    ("pattern", "arn", "allowed"),
    [
        ("arn:aws:s3:*:*:accesspoint/lab", f"{POINT}/lab", True),
        ("arn:aws:s3:*:*:accesspoint/lab", f"{THEIR_POINT}/lab", False),
        ("arn:aws:s3:*:*:accesspoint/lab", f"{THEIR_POINT}:lab", False),
        ("arn:aws:s3:*:33333333333?:accesspoint/lab", f"{THEIR_POINT}/lab", False),
        ("arn:*:*:*:*:*", f"{THEIR_POINT}/lab", False),
        ("arn:*:*:*:*:*", f"arn:aws:s3::{OTHERS}:accesspoint/lab.mrap", False),
        (f"arn:aws:s3:*:{OTHERS}:accesspoint/*", f"{THEIR_POINT}/lab", True),
        (f"arn:aws:s3:*:{OTHERS}:accesspoint/*", f"{THEIR_POINT}:lab", True),
        ("arn:aws:s3:*:222222222222:accesspoint/*", f"{THEIR_POINT}/lab", False),
        ("arn:aws:ec2:*:*:subnet/subnet-1", f"arn:aws:ec2:r:{OTHERS}:subnet/subnet-1", True),
        (f"{BUCKET}lab", f"{BUCKET}lab", True),
    ],
)
def test_an_access_point_of_another_account_needs_a_rule_with_that_account(
    pattern: str, arn: str, *, allowed: bool
) -> None:
    rule = ResourceRule(ArnPattern.parse(pattern))
    assert rule.allows("222222222222", "lab", Resource(arn)) is allowed


def test_only_prefixes_that_a_rule_names_and_allows_are_known() -> None:
    patterns = ["shared/lab/*", "shared/lab2/a/*", "sh*/x/*", "shared/lab*", "shared", "other/y/*"]
    rules = [ResourceRule(ArnPattern.parse(f"{BUCKET}{each}"), None, "g") for each in patterns]
    rules.append(ResourceRule(ArnPattern.parse(f"{BUCKET}shared/h/*"), None, "h"))
    rules.append(ResourceRule(ArnPattern.parse("arn:aws:ec2:us-east-1:1:subnet/*")))
    found = prefixes_of(rules, "222222222222", "g", f"{BUCKET}shared")
    assert found == ("lab/", "lab2/a/", "x/")
    assert prefixes_of(rules, "222222222222", "z", f"{BUCKET}shared") == ()
