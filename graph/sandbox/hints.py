"""What the sandbox commands print for trying it out: addresses and ready-made commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from graph.sandbox.deployment import Deployment
from graph.sandbox.sample_data import EXTERNAL_ID, LAB, ORG, ROLE

QUERY: Final = (
    f'{{ account(id: "{LAB}") {{ movers {{ nodes'
    " { id name status lastRun { status progress { percent } } } } } }"
)
MUTATION: Final = (
    f'mutation {{ createMover(input: {{ account: "{LAB}", group: "demo", name: "again",'
    ' source: { s3: { bucketArn: "arn:aws:s3:::lab-photos", subdirectory: "/photos" } },'
    ' destination: { s3: { bucketArn: "arn:aws:s3:::shop-archive", subdirectory: "/again" } } })'
    " { operation { id status } errors { code message path } } }"
)
SUBSCRIPTION: Final = (
    'subscription { operationProgress(operation: "%s")'
    " { status failure { message } events { message } mover { id name status } } }"
)


def hints(deployment: Deployment, operation: str | None) -> Iterator[str]:
    """The lines to print. ``operation``: the id of an operation that can be followed, if any."""
    api, graphql = f"{deployment.url}/v1/datasync", f"{deployment.url}/graphql"
    token = f"-H 'X-Auth-Token: {deployment.token}'"
    yield f"GraphQL  {graphql}"
    yield "IDE      the same address in a browser; it asks for the token"
    yield f"REST     {api}"
    yield f"AWS      {deployment.aws.endpoint}  (sandbox controls are under /_sandbox/)"
    yield f"Token    {deployment.token}"
    yield "\n# For the examples of the documentation:"
    yield f"export URL={deployment.url} TOKEN='{deployment.token}'"
    yield "\n# To use the embedded AWS with the AWS CLI or an SDK:"
    for name, value in deployment.aws.environment.items():
        yield f"export {name}={value}"
    yield "\n# To run a server of your own against it, also set DATASYNC_API_TOKEN and:"
    for name, value in (("ORG", ORG), ("ROLE", ROLE), ("EXTERNAL_ID", EXTERNAL_ID)):
        yield f"export DATASYNC_API_{name}={value}"
    yield "\n# REST: list the movers of an account"
    yield f"curl {token} {api}/{LAB}/movers"
    yield f"\n# GraphQL: list movers with their last run\n{QUERY}"
    yield _curl(token, QUERY, graphql)
    yield f"\n# GraphQL: create another mover\n{MUTATION}"
    yield _curl(token, MUTATION, graphql)
    what = (
        "an operation"
        if operation
        else "an operation; replace ID by the id that createMover returned"
    )
    subscription = SUBSCRIPTION % (operation or "ID")
    yield f"\n# GraphQL: follow {what}\n{subscription}"
    yield _curl(f"-N -H 'Accept: text/event-stream' {token}", subscription, graphql)


def _curl(options: str, document: str, url: str) -> str:
    body = json.dumps({"query": document})
    return f"curl {options} -H 'Content-Type: application/json' \\\n  -d '{body}' {url}"
