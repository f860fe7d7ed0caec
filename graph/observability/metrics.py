"""The names of all metrics. Whoever counts imports a name from here; ``/metrics`` shows them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

AWS_CALLS = Counter(
    "datasync_api_aws_calls_total",
    "Calls to AWS, by how they ended: ok, or the code of the error.",
    ["service", "operation", "outcome"],
)
AWS_SECONDS = Histogram(
    "datasync_api_aws_call_seconds",
    "Time a call to AWS took, its retries included.",
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
    "Requests answered, by route.",
    ["method", "route", "status"],
)
HTTP_SECONDS = Histogram(
    "datasync_api_http_request_seconds",
    "Time from a request to the last byte of its answer; streams are left out.",
    ["method", "route"],
)
MOVERS_LEFT_OUT = Counter(
    "datasync_api_movers_left_out_total",
    "Entries of AWS's lists that are no movers: deleted ones that the tagging API still shows, "
    "and tasks without a name.",
    ["reason"],
)
WATCHES = Gauge("datasync_api_watches", "Runs that are being watched now.")
WATCH_POLLS = Counter("datasync_api_watch_polls_total", "Looks at watched runs.", ["outcome"])
