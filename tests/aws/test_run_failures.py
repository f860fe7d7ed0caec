"""Errors of runs as AWS documents them, and the advice that belongs to each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.aws.executions import run_of
from graph.aws.run_failures import GUIDE, KNOWN, advice_on
from graph.model.advice import Advice, RunFailureClass, RunSide
from graph.model.run import Run

ARN = "arn:aws:datasync:us-east-1:222222222222:task/task-0/execution/exec-0"
SKIPPED = (
    "Transfer and verification completed. Selected files transferred except for files skipped due "
    "to errors. If no skipped files are listed in Cloud Watch Logs, please contact AWS Support for "
    "further assistance."
)
MISMATCH = (
    "Transfer and verification completed. Verification detected mismatches. Files with mismatches "
    "are listed in Cloud Watch Logs"
)
DOCUMENTED = {
    ("FsS3UnableToConnectToEndpoint", ""): RunFailureClass.UNREACHABLE,
    ("FsS3HeadBucketFailed", "x"): RunFailureClass.ACCESS_DENIED,
    ("SrcLocHitAccess", ""): RunFailureClass.ACCESS_DENIED,
    ("SyncTaskErrorLocationNotAdded", ""): RunFailureClass.UNREACHABLE,
    ("FsAzureBlobVolRootListBlobsFailed", ""): RunFailureClass.ACCESS_DENIED,
    ("X", "Unable to list Azure Blobs on the volume root"): RunFailureClass.ACCESS_DENIED,
    ("FsNfsIdMappingEnabled", ""): RunFailureClass.UNSUPPORTED,
    ("NoMem", ""): RunFailureClass.OUT_OF_MEMORY,
    ("X", "Cannot allocate memory"): RunFailureClass.OUT_OF_MEMORY,
    ("EniNotFound", ""): RunFailureClass.NETWORK_INTERFACE_GONE,
    ("ManifestFileDoesNotExist", ""): RunFailureClass.FILE_NOT_FOUND,
    ("", "Task failed to access location loc-0: x40016: mount.nfs: Connection timed out"): (
        RunFailureClass.UNREACHABLE
    ),
    ("", "Task failed to access location loc-0: x40015: kinit"): RunFailureClass.AUTHENTICATION,
    ("", "Input/Output error"): RunFailureClass.INPUT_OUTPUT,
    ("VerifyError", MISMATCH): RunFailureClass.VERIFICATION,
    ("", SKIPPED): RunFailureClass.FILES_SKIPPED,
}


def failed(code: str = "", text: str = "", status: str = "ERROR", **members: object) -> Run:
    result = {"TransferStatus": "ERROR", "ErrorCode": code or None, "ErrorDetail": text or None}
    answer = {"TaskExecutionArn": ARN, "Status": status, "Result": result, "TaskMode": "ENHANCED"}
    return run_of(answer | members)


def advice(run: Run) -> Advice:
    found = advice_on(run)
    assert found is not None
    return found


@pytest.mark.parametrize(("error", "expected"), DOCUMENTED.items())
def test_a_documented_error_has_its_advice(
    error: tuple[str, str], expected: RunFailureClass
) -> None:
    found = advice(failed(*error))
    assert found.failure_class is expected
    assert found.cause != error[1]
    assert found.steps
    assert found.retryable is not None
    assert found.link == GUIDE


def test_every_row_and_every_class_is_reached() -> None:
    reached = {advice(failed(*error)).cause for error in DOCUMENTED}
    assert reached == {known.advice.cause for known in KNOWN}
    assert set(DOCUMENTED.values()) == set(RunFailureClass)


def test_the_side_is_known_of_errors_of_the_source_alone() -> None:
    sides = {code: advice(failed(code)).side for code, _ in DOCUMENTED if code}
    named = {code for code, side in sides.items() if side is not None}
    assert named == {"SrcLocHitAccess", "ManifestFileDoesNotExist"}
    assert sides["SrcLocHitAccess"] is RunSide.SOURCE


@pytest.mark.parametrize(
    ("code", "text", "cause"),
    [
        ("New", "AWS's words", "AWS's words"),
        ("New", "", "New"),
        ("", "", "AWS reports no reason. Its log of the run may have more."),
        ("fss3headbucketfailed", "", "fss3headbucketfailed"),
    ],
)
def test_an_unknown_error_is_shown_as_aws_words_it(code: str, text: str, cause: str) -> None:
    found = advice(failed(code, text))
    assert found == Advice(None, cause, link=GUIDE)


def test_the_location_that_aws_names_is_found() -> None:
    text = "Task failed to access location loc-0123456789abcdef0: x40016: timed out"
    assert advice(failed("", text)).location_id == "loc-0123456789abcdef0"
    assert advice(failed("New", "loc-00 failed")).location_id == "loc-00"
    assert advice(failed("NoMem")).location_id is None


def test_files_that_failed_in_a_run_without_an_error_were_skipped() -> None:
    partial = failed(status="SUCCESS", FilesFailed={"Transfer": 1})
    assert advice(partial).failure_class is RunFailureClass.FILES_SKIPPED


@pytest.mark.parametrize("status", ["SUCCESS", "TRANSFERRING", "QUEUED"])
def test_there_is_no_advice_on_a_run_that_did_not_fail(status: str) -> None:
    assert advice_on(failed(status=status)) is None


def test_there_is_no_advice_on_a_run_that_was_cancelled() -> None:
    assert advice_on(replace(failed("NoMem"), cancelled=True)) is None
