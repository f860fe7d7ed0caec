"""Metrics: all in one module, named by the conventions of Prometheus, and documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from graph.auth.rejected import Kind
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


NAMED = {
    "LIMITED": r'LIMITED\.labels\("(\w+)"\)',
    "QUEUE_LENGTH": r'QUEUE_LENGTH\.labels\("(\w+)"\)',
}
SLOTS = re.compile(r'self\.(sockets|new_sockets|streams) = Slots\(\s*"[a-z ]+",\s*"(\w+)"')


@pytest.mark.parametrize("name", NAMED)
def test_every_value_of_a_label_is_explained(name: str) -> None:
    found = {
        value
        for top in ("graph", "rest_compat")
        for source in (ROOT / top).rglob("*.py")
        for value in re.findall(NAMED[name], source.read_text())
    }
    if name == "LIMITED":
        endpoint = (ROOT / "graph/transport/endpoint.py").read_text()
        found |= {limit for _, limit in SLOTS.findall(endpoint)}
        assert {"sockets", "new_sockets", "streams"} <= found
    (family,) = ALL[name].describe()
    assert {each for each in found if not re.search(rf"\b{each}\b", family.documentation)} == set()
    assert len(found) > 5


def test_every_kind_of_rejection_is_explained() -> None:
    (family,) = metrics.AUTHENTICATIONS_REJECTED.describe()
    listed = family.documentation.partition(": ")[2]
    assert set(re.findall(r"\b[a-z_]+\b", listed)) - {"and", "for", "a", "jwt"} == set(Kind)
