"""Refusals of a new location: how long each is retried, and what the user is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from graph.aws.refusals import KNOWN, refusal_of, seconds_to_retry, with_advice
from graph.model.errors import ApiError, Conflict, Invalid, NotFound, Throttled, Upstream
from graph.sandbox import Sandbox
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from tests.aws.client.test_wording import NAMES
from tests.operations.crash import left
from tests.operations.stepped import POLICY, SteppedTime, stepped_runtime
from tests.world import CREATE, LAB, ask, ended, furnish, made, new_mover, serving

ASSUME = (
    "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=r, "
    "roleArn=arn:aws:iam::222222222222:role/r"
)
LIST = (
    "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure "
    "bucket access role has s3:ListBucket permission."
)
READ = (
    "DataSync location access test failed: could not perform s3:GetObject in bucket X. Access "
    "denied. Ensure bucket access role has s3:GetObject permission."
)
WRITE = READ.replace("GetObject", "PutObject")
TAGS = READ.replace("GetObject", "GetObjectTagging")
KEY = READ.replace("Access denied.", "Access denied: not authorized to perform kms:Decrypt.")
HEAD = "DataSync location access test failed: could not perform s3:HeadBucket in bucket X."
MISSING = f"{HEAD}: the bucket does not exist"

PASSING = (ASSUME, LIST, HEAD)
OBJECTS = (READ, WRITE, TAGS)
FINAL = (KEY, MISSING)


@pytest.fixture
async def stepped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SteppedTime]:
    async with stepped_runtime(tmp_path, monkeypatch) as clock:
        yield clock


def refuse(text: str) -> Any:
    async def work() -> str:
        raise Invalid(text)

    return work


async def seconds_of(clock: SteppedTime, text: str) -> tuple[float, ApiError]:
    with pytest.raises(ApiError) as raised:
        await clock.runtime.retries.call_aws(refuse(text))
    return clock.seconds, raised.value


@pytest.mark.parametrize("text", PASSING)
async def test_what_a_new_role_causes_is_retried_as_long_as_the_step_may_take(
    stepped: SteppedTime, text: str
) -> None:
    for spelling in (text, text.upper()):
        stepped.seconds = 0.0
        seconds, error = await seconds_of(stepped, spelling)
        assert POLICY.create_seconds - POLICY.longest_wait < seconds <= POLICY.create_seconds
        assert error.message.startswith(spelling.rstrip("."))
        assert len(error.message) > len(spelling) + 20


@pytest.mark.parametrize("text", OBJECTS)
async def test_objects_that_cannot_be_reached_end_early_and_point_to_the_key(
    stepped: SteppedTime, text: str
) -> None:
    seconds, error = await seconds_of(stepped, text)
    assert 10 < seconds <= 30
    assert "KMS key" in error.message
    assert "kms:GenerateDataKey" in error.message


@pytest.mark.parametrize("text", FINAL)
async def test_what_never_passes_is_not_retried(stepped: SteppedTime, text: str) -> None:
    seconds, error = await seconds_of(stepped, text)
    assert seconds == 0
    assert error.message.startswith(text.rstrip("."))


@given(name=NAMES)
@pytest.mark.parametrize("text", [ASSUME, LIST, HEAD, READ, WRITE, TAGS, KEY])
def test_a_refusal_means_the_same_whatever_the_role_and_the_bucket_are_called(
    text: str, name: str
) -> None:
    role = f"roleName={name}-source-1, roleArn=arn:aws:iam::222222222222:role/acme/{name}/{name}"
    named = text.partition("roleName=")[0] + role if "roleName=" in text else text
    named = named.replace("bucket X", f"bucket {name}")
    assert seconds_to_retry(Invalid(named)) == seconds_to_retry(Invalid(text))
    assert refusal_of(Invalid(named)) is refusal_of(Invalid(text))


async def test_the_time_of_a_refusal_begins_when_it_first_occurs(stepped: SteppedTime) -> None:
    """A role is first not assumable, and its rights may take a little longer still."""

    async def work() -> str:
        if stepped.seconds < 60:
            raise Invalid(ASSUME)
        if stepped.seconds < 80:
            raise Invalid(READ)
        return "made"

    assert await stepped.runtime.retries.call_aws(work) == "made"


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (Throttled("slow down"), True),
        (Upstream("an internal error"), True),
        (Upstream(KEY), True),
        (NotFound("location loc-1 is not found"), False),
        (Invalid("Invalid parameter: ARN account () must match authenticated user."), False),
        (Conflict("the name is taken"), False),
    ],
    ids=str,
)
def test_other_errors_are_retried_by_their_kind_and_stay_as_they_are(
    error: ApiError, *, retried: bool
) -> None:
    assert (seconds_to_retry(error) > 0) == retried
    assert refusal_of(error) is None
    assert with_advice(error) is error


def test_every_refusal_of_the_table_has_advice() -> None:
    for known in KNOWN:
        assert known.advice.endswith(".")
        assert known.seconds >= 0


@pytest.mark.parametrize("text", [ASSUME, LIST, HEAD, READ])
async def test_a_refusal_that_passes_delays_a_create_and_no_more(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    furnish(aws, LAB)
    plain, refusals = DataSyncBackend.create_location, [text] * 3

    def create(backend: DataSyncBackend, *given: Any) -> Any:
        if refusals:
            raise InvalidRequestException(refusals.pop())
        return plain(backend, *given)

    monkeypatch.setattr(DataSyncBackend, "create_location", create)
    async with serving(tmp_path) as client:
        await made(client)
    assert not refusals
    assert left(aws, LAB) == (1, 2, 2)


@pytest.mark.parametrize("text", [KEY, None], ids=["key", "missing bucket"])
async def test_a_permanent_refusal_fails_a_create_at_once_and_leaves_nothing(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    furnish(aws, LAB)
    given = new_mover()
    if text is None:
        given["source"] = {"s3": {"bucketArn": "arn:aws:s3:::there-is-no-such-bucket"}}
    else:

        def create(_backend: DataSyncBackend, *_given: Any) -> None:
            raise InvalidRequestException(text)

        monkeypatch.setattr(DataSyncBackend, "create_location", create)
    async with serving(tmp_path) as client:
        payload = (await ask(client, CREATE, input=given))["createMover"]
        operation = await ended(client, payload["operation"]["id"])
    assert operation["status"] == "FAILED"
    wanted = "the bucket does not exist" if text is None else "KMS key"
    assert wanted in operation["failure"]["message"]
    assert aws.interceptor.counts()["datasync.CreateLocationS3"] == 2, "one per side"
    assert left(aws, LAB) == (0, 0, 0)
