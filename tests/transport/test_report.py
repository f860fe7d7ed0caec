"""The report of an operation: one for each, when it has ended."""

from __future__ import annotations

from typing import Any

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
