"""The command that tries what the server needs in AWS."""

from __future__ import annotations

import pytest

from graph.cli import main
from graph.sandbox import Fault, Sandbox
from tests.world import LAB, ORG, OTHER, ROLE, furnish

THIRD = "444444444444"


@pytest.fixture(autouse=True)
def configured(aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    furnish(aws)
    furnish(aws, OTHER)
    given = {"ORG": ORG, "TOKEN": "k", "ROLE": ROLE, "EXTERNAL_ID": "x-1", "ACCOUNTS": LAB}
    for name, value in given.items():
        monkeypatch.setenv(f"DATASYNC_API_{name}", value)
    return monkeypatch


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_everything_that_works_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--account", LAB, "--account", OTHER]) == 0
    printed = lines(capsys)
    assert [line.split(":")[0].split("  ")[-1] for line in printed] == [
        "own credentials",
        *("assume role", "list tasks", "read tags", "list roles", "quota") * 2,
    ]
    assert {line[:2] for line in printed} == {"ok"}
    assert f"{LAB}  assume role: arn:aws:iam::{LAB}:role/{ROLE}" in printed[1]


def test_every_region_is_checked_and_one_that_refuses_is_named(
    aws: Sandbox, capsys: pytest.CaptureFixture[str], configured: pytest.MonkeyPatch
) -> None:
    configured.setenv("DATASYNC_API_REGIONS", "us-east-1,eu-west-1,eu-central-1")
    aws.interceptor.add(Fault("datasync.ListTasks", "denied", count=1, skip=2))
    assert main(["check"]) == 1
    printed = [line.split("  ") for line in lines(capsys)]
    regional = ("list tasks", "read tags", "quota")
    assert [line[-1].split(":")[0] for line in printed][6:] == [
        f"{what} in {region}" for region in ("eu-west-1", "eu-central-1") for what in regional
    ]
    failed = [line[-1] for line in printed if line[0] == "FAILED"]
    assert len(failed) == 1
    assert failed[0].startswith("list tasks in eu-west-1: AccessDenied")


def test_without_accounts_those_of_the_settings_are_checked(
    capsys: pytest.CaptureFixture[str], configured: pytest.MonkeyPatch
) -> None:
    assert main(["check"]) == 0
    assert {line.split()[1] for line in lines(capsys)} == {"server", LAB}
    configured.delenv("DATASYNC_API_ACCOUNTS")
    assert main(["check"]) == 2
    assert "name an account with --account" in capsys.readouterr().err


def test_an_account_that_refuses_is_reported_with_awss_words_and_the_others_are_checked(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert main(["check", "--account", THIRD, "--account", LAB]) == 1
    assert caplog.messages == [], "a refusal is a line of the answer, without a traceback"
    _, refused, *others = lines(capsys)
    assert refused.startswith(f"FAILED  {THIRD}  assume role: AccessDenied: User: arn:aws:iam::")
    assert {line.split()[1] for line in others} == {LAB}
    assert {line[:2] for line in others} == {"ok"}


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        ("datasync.ListTasks", "list tasks"),
        ("GetResources", "read tags"),
        ("iam.ListRoles", "list roles"),
    ],
)
def test_what_is_denied_is_named_with_awss_code(
    aws: Sandbox, capsys: pytest.CaptureFixture[str], operation: str, what: str
) -> None:
    aws.interceptor.add(Fault(operation, "denied", count=1))
    assert main(["check"]) == 1
    (failed,) = [line for line in lines(capsys) if line.startswith("FAILED")]
    assert f"{LAB}  {what}: AccessDenied" in failed


def test_a_quota_without_room_fails(
    capsys: pytest.CaptureFixture[str], configured: pytest.MonkeyPatch
) -> None:
    configured.setenv("DATASYNC_API_TASK_QUOTA", "1")
    assert main(["check"]) == 0
    assert lines(capsys)[-1].endswith("quota: 0 of 1 tasks are used")


def test_without_credentials_no_account_is_tried(
    capsys: pytest.CaptureFixture[str], configured: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        configured.delenv(name)
    assert main(["check"]) == 1
    assert lines(capsys) == [
        "FAILED  server        own credentials: NoCredentialsError: Unable to locate credentials"
    ]


@pytest.mark.parametrize("given", ["1", "x" * 12, ""])
def test_an_account_has_12_digits(capsys: pytest.CaptureFixture[str], given: str) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--account", given])
    assert "--account" in capsys.readouterr().err
