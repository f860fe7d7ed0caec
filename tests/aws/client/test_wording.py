"""AWS's own words in its messages, without the names that they quote."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from graph.aws.client.errors import translate
from graph.aws.client.wording import NAME, own_words
from graph.model.errors import ApiError, Invalid, LimitExceeded

WORDS = (
    *("kms", "conflict", "inuse", "notfound", "doesnotexist", "quota-exceeded", "quotaexceeded"),
    *("limit-exceeded", "limitexceeded", "maximum-number", "exceeds-quota", "reached-limit"),
    *("already-running", "alreadyrunning", "in-use", "in-progress", "no-longer-running"),
    *("invalidstate", "not-found", "does-not-exist", "rate", "slow-down", "too-many-requests"),
    *("unable-to-assume-role", "access-test-failed", "headbucket", "nosuchbucket", "throttling"),
    *("invalidparameter", "limit", "quota", "maximum", "exceeded", "reach", "s3-getobject"),
)
"""Every word of every pattern, as a name can have it."""
NAMES = st.one_of(
    st.sampled_from(WORDS),
    st.builds("{}-{}".format, st.sampled_from(WORDS), st.sampled_from((*WORDS, "data", "1"))),
    st.builds("x-{}".format, st.sampled_from(WORDS)),
    st.builds("{}.{}".format, st.sampled_from(WORDS), st.sampled_from(WORDS)),
    st.builds(str.upper, st.sampled_from(WORDS)),
)
QUOTING = (
    (
        "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; "
        "roleName={name}-source-1, roleArn=arn:aws:iam::222222222222:role/acme/{name}/{name}-1"
    ),
    (
        "DataSync location access test failed: could not perform s3:GetObject in bucket {name}. "
        "Access denied. Ensure bucket access role has s3:GetObject permission."
    ),
    "DataSync location access test failed: could not perform s3:HeadBucket in bucket {name}.",
    "The bucket '{name}' is in another region.",
    'The name "{name}" is wrong.',
    "Invalid value for arn:aws:s3:::{name}, expected another.",
    "Location s3://{name}/{name}/ is wrong.",
    "The role role/{name}/x-{name} is wrong.",
)


@pytest.mark.parametrize("text", QUOTING)
@given(name=NAMES)
def test_a_name_never_changes_the_words(text: str, name: str) -> None:
    assert own_words(text.format(name=name)) == own_words(text.format(name="x-1"))


@pytest.mark.parametrize("code", ["InvalidRequestException", "LimitExceededException"])
@pytest.mark.parametrize("text", QUOTING)
@given(name=NAMES)
def test_a_name_never_changes_the_meaning(code: str, text: str, name: str) -> None:
    assert (
        meaning(code, text.format(name=name))
        is {
            "InvalidRequestException": Invalid,
            "LimitExceededException": LimitExceeded,
        }[code]
    )


@pytest.mark.parametrize("text", ["{} is wrong.", "The task {} cannot be used.", "{}: not valid"])
@given(name=NAMES)
def test_a_name_that_nothing_marks_is_no_phrase(text: str, name: str) -> None:
    assert meaning("InvalidRequestException", text.format(name)) is Invalid


@pytest.mark.parametrize(
    "value", ["not found", "is in use", "already running", "quota exceeded", "/in progress/"]
)
def test_values_of_the_call_with_several_words_are_no_words_of_aws(value: str) -> None:
    text = f"Cannot take {value} here."
    for sent in ({"Subdirectory": value}, {"Tags": [{"Key": "k", "Value": value}]}):
        assert meaning("InvalidRequestException", text, sent) is Invalid


@pytest.mark.parametrize(
    "text",
    [
        "You have exceeded the limit of 100 tasks (per region).",
        "Queueing is disabled and the task is already running.",
        "not authorized to perform kms:Decrypt on this resource, role's policy",
        "Objects with SSE-KMS need KMS.DisabledException to pass",
        "could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket",
    ],
)
def test_the_words_of_aws_stay(text: str) -> None:
    assert own_words(text, {"Name": "running", "Count": 1, "None": None}) == text


def test_each_name_has_a_placeholder() -> None:
    assert own_words("Location loc-0 is in use by task-0.") == (
        f"Location {NAME} is in use by {NAME}."
    )


def meaning(code: str, text: str, sent: dict[str, Any] | None = None) -> type[ApiError]:
    given: Any = {"Error": {"Code": code, "Message": text}}
    error = translate(ClientError(given, "CreateLocationS3"), "datasync:CreateLocationS3", sent)
    assert isinstance(error, ApiError)
    return type(error)
