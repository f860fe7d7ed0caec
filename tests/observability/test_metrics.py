"""Metrics: all in one module, named by the conventions of Prometheus, and documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from graph.observability import metrics

ROOT = Path(__file__).parents[2]
ALL = {name: each for name, each in vars(metrics).items() if isinstance(each, MetricWrapperBase)}
UNBOUNDED = re.compile(r"id$|path|caller|user|peer|account|arn|name")
"""Labels whose values others choose: each value would be a time series of its own."""


@pytest.mark.parametrize("name", ALL)
def test_a_metric_is_named_by_its_kind_and_unit(name: str) -> None:
    metric = ALL[name]
    (family,) = metric.describe()
    assert family.name.startswith("datasync_api_")
    assert re.fullmatch(r"[a-z_]+", family.name)
    assert family.documentation.endswith(".")
    if isinstance(metric, Histogram):
        assert family.name.endswith("_seconds")
    assert isinstance(metric, Counter | Gauge | Histogram)


@pytest.mark.parametrize("name", ALL)
def test_the_values_of_a_label_are_few(name: str) -> None:
    assert [label for label in ALL[name]._labelnames if UNBOUNDED.search(label)] == []


@pytest.mark.parametrize("name", ALL)
def test_a_metric_is_counted_somewhere(name: str) -> None:
    users = [
        source
        for top in ("graph", "rest_compat")
        for source in (ROOT / top).rglob("*.py")
        if source.name != "metrics.py" and re.search(rf"\b{name}\b\.", source.read_text())
    ]
    assert users


def test_no_other_module_defines_metrics() -> None:
    kinds = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
    defining = {
        source.relative_to(ROOT).as_posix()
        for top in ("graph", "rest_compat")
        for source in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "prometheus_client"
        and kinds & {alias.name for alias in node.names}
    }
    assert defining == {"graph/observability/metrics.py"}
