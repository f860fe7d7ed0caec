"""All metrics. Code that counts imports them from here; ``/metrics`` serves them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from graph.observability import shared_metrics

shared_metrics.join()

AUDIT_LEFT_OUT = Counter(
    "datasync_api_audit_left_out_total",
    "Refusals that are in the log and not in the audit trail: beyond a bound for each key.",
)
AWS_CALLS = Counter(
    "datasync_api_aws_calls_total",
    "Calls to AWS; the outcome is ok or the code of the error.",
    ["service", "operation", "outcome"],
)
AWS_SECONDS = Histogram(
    "datasync_api_aws_call_seconds",
    "Duration of calls to AWS, including retries.",
    ["service", "operation"],
)
GRAPHQL_ERRORS = Counter(
    "datasync_api_graphql_errors_total",
    "Errors reported to clients of GraphQL on any transport, those in the payloads of mutations "
    "included, by code and root field; 'none' where an error belongs to the whole request.",
    ["code", "field"],
)
HTTP_REQUESTS = Counter(
    "datasync_api_http_requests_total",
    "Requests that were answered.",
    ["method", "route", "status"],
)
HTTP_SECONDS = Histogram(
    "datasync_api_http_request_seconds",
    "Time from the start of a request to the last byte of its response, except streams.",
    ["method", "route"],
)
MOVERS_LEFT_OUT = Counter(
    "datasync_api_movers_left_out_total",
    "Entries of AWS's lists that were left out: deleted tasks that the tagging API still returns, "
    "and tasks without a name.",
    ["reason"],
)
WATCHES = Gauge(
    "datasync_api_watches",
    "Runs that are being watched at the moment.",
    multiprocess_mode="livesum",
)
WATCH_POLLS = Counter("datasync_api_watch_polls_total", "Polls of watched runs.", ["outcome"])
