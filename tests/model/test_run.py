"""Runs: whether they have ended, how, and whose they are."""

from __future__ import annotations

import pytest

from graph.model.run import Counters, Outcome, Phase, Run, RunRef, RunResult

TASK = "arn:aws:datasync:us-east-1:222222222222:task/task-1"
ARN = f"{TASK}/execution/exec-0123456789abcdef0"
GOING = [
    "QUEUED",
    "LAUNCHING",
    "PREPARING",
    "TRANSFERRING",
    "VERIFYING",
    "CANCELLING",
    "A_NEW_WORD",
    "",
    "success",
]


def run(
    status: str,
    *,
    counters: Counters | None = None,
    transfer: str | None = None,
    cancelled: bool = False,
) -> Run:
    result = RunResult(
        phases=(
            Phase(name="PREPARE", status="SUCCESS", duration_ms=1),
            Phase(name="TRANSFER", status=transfer, duration_ms=None),
            Phase(name="VERIFY", status="ERROR", duration_ms=None),
        ),
        total_duration_ms=None,
        error_code=None,
        error_detail=None,
    )
    return Run(
        run_arn=ARN,
        status=status,
        mode="BASIC",
        requested_at=None,
        launched_at=None,
        ended_at=None,
        counters=counters or Counters(),
        result=result if transfer else None,
        options={},
        described={},
        cancelled=cancelled,
    )


@pytest.mark.parametrize("status", GOING)
def test_a_run_goes_on_and_has_no_outcome_until_one_of_two_words(status: str) -> None:
    going = run(status, transfer="SUCCESS", cancelled=True)
    assert (going.ended, going.outcome) == (False, None)
    assert not RunRef(ARN, status).ended


@pytest.mark.parametrize("status", ["SUCCESS", "ERROR"])
def test_a_run_with_one_of_the_two_words_has_ended_with_an_outcome(status: str) -> None:
    assert run(status).ended
    assert RunRef(ARN, status).ended
    assert run(status).outcome is not None


FAILED_PHASES = [
    "files_failed_prepare",
    "files_failed_transfer",
    "files_failed_verify",
    "files_failed_delete",
]


def test_success_without_a_failed_file_succeeded() -> None:
    assert run("SUCCESS").outcome is Outcome.SUCCEEDED
    assert run("SUCCESS", counters=Counters(files_failed_verify=0)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("phase", FAILED_PHASES)
def test_success_with_a_file_that_failed_in_any_phase_is_partial(phase: str) -> None:
    assert run("SUCCESS", counters=Counters(**{phase: 1})).outcome is Outcome.PARTIAL


def test_an_error_that_moved_nothing_failed() -> None:
    assert run("ERROR").outcome is Outcome.FAILED
    assert run("ERROR", transfer="ERROR").outcome is Outcome.FAILED
    nothing_moved = Counters(files_failed_transfer=3, files_transferred=0)
    assert run("ERROR", counters=nothing_moved).outcome is Outcome.FAILED


def test_an_error_after_the_transfer_is_partial() -> None:
    assert run("ERROR", transfer="SUCCESS").outcome is Outcome.PARTIAL


def test_an_error_of_which_some_files_came_and_some_failed_is_partial() -> None:
    some = Counters(files_failed_transfer=1, files_transferred=9)
    assert run("ERROR", transfer="ERROR", counters=some).outcome is Outcome.PARTIAL


def test_an_error_that_was_asked_for_is_a_cancellation_however_much_had_moved() -> None:
    assert run("ERROR", cancelled=True).outcome is Outcome.CANCELLED
    assert run("ERROR", transfer="SUCCESS", cancelled=True).outcome is Outcome.CANCELLED


def test_a_run_that_succeeded_before_it_could_be_cancelled_succeeded() -> None:
    assert run("SUCCESS", cancelled=True).outcome is Outcome.SUCCEEDED


def test_failed_files_are_those_of_all_phases_and_unknown_ones_are_none() -> None:
    assert Counters().files_failed == 0
    failed = Counters(files_failed_prepare=1, files_failed_verify=20, files_failed_delete=300)
    assert failed.files_failed == 321


def test_a_run_names_its_mover_and_itself() -> None:
    assert run("QUEUED").task_arn == RunRef(ARN, "QUEUED").task_arn == TASK
    assert run("QUEUED").run_id == "exec-0123456789abcdef0"


def test_a_result_knows_its_phases_by_name() -> None:
    result = run("ERROR", transfer="SUCCESS").result
    assert result is not None
    assert [result.phase(name) for name in ("TRANSFER", "VERIFY", "NONE")] == [
        "SUCCESS",
        "ERROR",
        None,
    ]
