"""The report of an operation: one for each, when it has ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLError

from graph.transport.report import Failures, Report, Summary, failures_of
from tests.transport.small import app
from tests.transport.wire import Streaming, settle

ENDLESS = "subscription { count(to: 11) }"


async def test_a_report_comes_for_each_operation_and_each_refusal() -> None:
    reports: list[Any] = []
    served = app(observe=lambda _scope, report: reports.append(report))
    async with (
        Streaming(served, ENDLESS) as cut,
        Streaming(served, "{ hello }", accept=b"image/png") as refused,
        Streaming(served, "{ coded }", accept=b"application/json") as failed,
    ):
        await refused.ended()
        await failed.ended()
        await settle()
        cut.leave()
        await cut.ended()
    assert sorted((report.transport, report.outcome) for report in reports) == [
        ("http", "error"),
        ("http", "error"),
        ("sse", "cancelled"),
    ]
    assert {each for report in reports for each in report.failures} == {
        ("BAD_REQUEST", "none"),
        ("NO_GOOD", "coded"),
    }


@dataclass
class Outcome:
    failures: Failures = field(default_factory=Counter)


def report_to(seen: list[Report]) -> Report:
    return Report({"type": "http"}, lambda _scope, report: seen.append(report), "r-1", "http")


@pytest.mark.parametrize("how", ["returns", "fails", "breaks", "is cancelled"])
async def test_a_report_left_to_work_is_observed_when_that_has_ended_and_only_then(
    how: str,
) -> None:
    seen: list[Report] = []
    report, work = report_to(seen), asyncio.get_running_loop().create_future()
    report.leave_to(work)
    report.end(cancelled=True)  # by the client that has left
    assert seen == []
    if how == "is cancelled":
        work.cancel()
    elif how == "breaks":
        work.set_exception(RuntimeError("broken"))
    else:
        failed = Counter({("INVALID", "change"): 2}) if how == "fails" else Counter()
        work.set_result(Outcome(failed))
    await settle()
    assert seen == [report]
    expected = {"returns": "ok", "fails": "error", "breaks": "ok", "is cancelled": "cancelled"}
    assert report.outcome == expected[how]
    assert sum(report.failures.values()) == (2 if how == "fails" else 0)


def test_failures_outweigh_that_the_client_has_left() -> None:
    seen: list[Report] = []
    report = report_to(seen)
    report.failures["INTERNAL", "none"] += 1
    report.end(cancelled=True)
    assert [each.outcome for each in seen] == ["error"]
    assert report.seconds >= 0


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (["key"], "movers"),
        (["key", 3, "name"], "movers"),
        (["unknown"], "none"),
        ([], "none"),
        (None, "none"),
    ],
)
def test_a_failure_is_counted_by_the_root_field_and_not_by_its_alias(
    path: list[str | int] | None, field: str
) -> None:
    error = GraphQLError("no", path=path, extensions={"code": "INVALID"})
    summary = Summary(None, "query", {"key": "movers"})
    assert failures_of([error, error], summary) == {("INVALID", field): 2}
    assert failures_of([error], None) == {("INVALID", "none"): 1}
    assert failures_of(None, summary) == {}
