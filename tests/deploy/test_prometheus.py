"""Alert rules and dashboard: every metric, label and value that they name exists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from graph.model import errors
from graph.observability import metrics
from graph.server.access_log import QUIET

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy/prometheus"
SELECTOR: Final = re.compile(r"\b(datasync_api_\w+)(?:\{([^}]*)\})?")
MATCHER: Final = re.compile(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"')
FUNCTIONS: Final = {"sum", "rate", "by", "count", "max", "increase", "histogram_quantile", "unless"}
OUTCOMES: Final = {
    "datasync_api_store_calls_total": {"ok", "rolled_back", "failed", "busy", "cancelled"},
    "datasync_api_authentications_total": {"ok", "rejected", "throttled"},
}


def series() -> dict[str, set[str]]:
    """The labels of every series that a server can expose, by name."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            labels = set(metric._labelnames)
            if isinstance(metric, Counter):
                found[f"{family.name}_total"] = labels
            elif isinstance(metric, Histogram):
                found |= {f"{family.name}_{part}": labels for part in ("count", "sum")}
                found[f"{family.name}_bucket"] = labels | {"le"}
            else:
                found[family.name] = labels
    return found


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    return found


EXPRESSIONS: Final = [rule["expr"] for rule in rules()] + [
    target["expr"] for panel in panels() for target in panel["targets"]
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_what_exists(expression: str) -> None:
    known = series()
    selected = SELECTOR.findall(expression)
    assert selected or expression.startswith('up{job="datasync-api"}')
    for name, matchers in selected:
        assert name in known
        for label, _ in MATCHER.findall(matchers):
            assert label in known[name]
    grouped = {
        label for each in re.findall(r"by \(([^)]*)\)", expression) for label in each.split(", ")
    }
    assert grouped <= {"instance"}.union(*(known[name] for name, _ in selected))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_values_that_occur(expression: str) -> None:
    for name, matchers in SELECTOR.findall(expression):
        for label, value in MATCHER.findall(matchers):
            if label == "outcome" and name in OUTCOMES:
                assert set(value.split("|")) <= OUTCOMES[name]
            if label == "queue":
                (family,) = metrics.QUEUE_LENGTH.describe()
                assert value in family.documentation
            if label == "code":
                codes = {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}
                assert value in codes | {"INTERNAL"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_balanced_and_calls_known_functions(expression: str) -> None:
    bare = re.sub(r'"[^"]*"', '""', expression)
    for opened, closed in ("()", "{}", "[]"):
        assert bare.count(opened) == bare.count(closed)
    assert set(re.findall(r"\b([a-z_]+) ?\(", bare)) <= FUNCTIONS


def test_every_alert_is_complete_and_explained() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) > 8
    page = (ROOT / "docs/deployment.md").read_text()
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert f"| `{rule['alert']}` |" in page
    assert set(re.findall(r"\| `(DatasyncApi\w+)` \|", page)) == set(names)


def test_an_alert_tells_a_server_that_is_never_ready_from_one_that_starts() -> None:
    (rule,) = [each for each in rules() if each["alert"] == "DatasyncApiNotReady"]
    refused, served = rule["expr"].split(" unless ")
    for part, status in ((refused, "503"), (served, "200")):
        assert f'{{route="/readyz",status="{status}"}}' in part
    assert rule["for"] == "2m"


def test_probes_do_not_hide_the_requests_that_fail() -> None:
    (rule,) = [each for each in rules() if each["alert"] == "DatasyncApiErrors"]
    selected = [matchers for _, matchers in SELECTOR.findall(rule["expr"])]
    assert len(selected) == 2
    for matchers in selected:
        (route,) = [value for label, value in MATCHER.findall(matchers) if label == "route"]
        assert all(re.fullmatch(route, path) for path in QUIET)
        assert not re.fullmatch(route, "/graphql")


def test_the_labels_of_a_summary_are_those_of_the_result() -> None:
    for rule in rules():
        wanted = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        grouped = ", ".join(re.findall(r"by \(([^)]*)\)", rule["expr"]))
        assert wanted <= {*grouped.split(", "), "instance"}


def test_panels_do_not_overlap() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels()]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in panels()}) == len(places)
