"""All metrics. Code that counts imports them from here; ``/metrics`` serves them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from graph.observability import shared_metrics

_STORE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

shared_metrics.join()

AUDIT_LEFT_OUT = Counter(
    "datasync_api_audit_left_out_total",
    "Rejections that are in the log and not in the audit trail: beyond a bound for each key.",
)
AUTHENTICATIONS = Counter(
    "datasync_api_authentications_total",
    "Requests, streams and sockets by the credential that they sent: token for a bcrypt hash, key, "
    "jwt or none; the outcome is ok, rejected or throttled.",
    ["credential", "outcome"],
)
AUTHENTICATIONS_REJECTED = Counter(
    "datasync_api_authentications_rejected_total",
    "Rejected credentials by reason: missing, ambiguous, unknown, malformed, cost, unhashed, and "
    "for a jwt issuer, header, signing_key, signature, audience, expired, times, claims, no_rule.",
    ["credential", "reason"],
)
AWS_CALLS = Counter(
    "datasync_api_aws_calls_total",
    "Calls to AWS; the outcome is ok or the code of the error. The class of the account is that of "
    "the setting ACCOUNT_CLASSES; other for an account that has none.",
    ["service", "operation", "region", "outcome", "class"],
)
AWS_SECONDS = Histogram(
    "datasync_api_aws_call_seconds",
    "Duration of calls to AWS, including retries.",
    ["service", "operation"],
)
BUILD_INFO = Gauge(
    "datasync_api_build_info",
    "Always 1; the labels say what is running. The commit is empty if it is not known.",
    ["version", "commit", "python"],
    multiprocess_mode="livemax",
)
GRAPHQL_ERRORS = Counter(
    "datasync_api_graphql_errors_total",
    "Errors reported to clients of GraphQL on any transport, those in the payloads of mutations "
    "included, by code and root field; 'none' where an error belongs to the whole request.",
    ["code", "field"],
)
GRAPHQL_OPERATIONS = Counter(
    "datasync_api_graphql_operations_total",
    "GraphQL operations that have ended. The operation is its name if its document is persisted by "
    "the setting PERSISTED_DOCUMENTS, anonymous if it has no name there, else other; none where no "
    "operation could be read. The outcome is ok, error or cancelled.",
    ["operation", "type", "transport", "outcome"],
)
GRAPHQL_PLANS = Counter(
    "datasync_api_graphql_plans_total",
    "Plans that were compiled for selections of documents, and dropped as they were of no use too "
    "often.",
    ["event"],
)
GRAPHQL_VALUES = Counter(
    "datasync_api_graphql_planned_values_total",
    "Lists and objects that have a plan: compiled if it completed them; otherwise why they were "
    "executed without it: null, class, list, value, variable, large, load or error.",
    ["outcome"],
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
LIMITED = Counter(
    "datasync_api_limited_total",
    "Requests and connections that were refused because a limit of this server was reached: "
    "call_budget, aws_calls, roles, tokens, bodies, changes, operations, waits, accounts, "
    "connections, sockets, new_sockets, streams, socket_operations or subscriptions.",
    ["limit"],
)
MOVERS_LEFT_OUT = Counter(
    "datasync_api_movers_left_out_total",
    "Entries of AWS's lists that were left out: deleted tasks that the tagging API still returns, "
    "and tasks without a name.",
    ["reason"],
)
OPEN_STREAMS = Gauge(
    "datasync_api_open_streams",
    "WebSockets, and other responses that last, that are open at the moment.",
    ["transport"],
    multiprocess_mode="livesum",
)
OPERATIONS = Gauge(
    "datasync_api_operations",
    "Creates, changes and deletes that have not ended, by status, of all servers that share the "
    "store; at most a minute old.",
    ["status"],
    multiprocess_mode="livemostrecent",
)
OPERATIONS_OLDEST = Gauge(
    "datasync_api_operations_oldest_seconds",
    "How long ago the oldest of them was accepted; 0 if there is none.",
    ["status"],
    multiprocess_mode="livemostrecent",
)
QUEUE_LENGTH = Gauge(
    "datasync_api_queue_length",
    "What waits for its turn at the moment: calls for a slot of their aws account, roles to be "
    "assumed, operations for a slot of their account or of the process, transactions of the store, "
    "tokens (bcrypt hashes) to be verified, and polls.",
    ["queue"],
    multiprocess_mode="livesum",
)
STORE_CALLS = Counter(
    "datasync_api_store_calls_total",
    "Transactions of the store, by outcome: ok; rolled_back for those whose own checks rejected "
    "them, such as a name that is taken; failed without an answer of the database; busy where too "
    "many others waited; cancelled.",
    ["outcome"],
)
STORE_SECONDS = Histogram(
    "datasync_api_store_call_seconds",
    "Duration of transactions of the store, without the wait for their turn.",
    buckets=_STORE_BUCKETS,
)
STORE_WAIT_SECONDS = Histogram(
    "datasync_api_store_wait_seconds",
    "How long transactions of the store waited for their turn, behind those of all callers.",
    buckets=_STORE_BUCKETS,
)
WATCHES = Gauge(
    "datasync_api_watches",
    "Runs that are being watched at the moment.",
    multiprocess_mode="livesum",
)
WATCH_LEASES = Gauge(
    "datasync_api_watch_leases",
    "Runs and accounts that one process polls for all that share the store, by a lease in it.",
    multiprocess_mode="livesum",
)
WATCH_POLLS = Counter("datasync_api_watch_polls_total", "Polls of watched runs.", ["outcome"])
