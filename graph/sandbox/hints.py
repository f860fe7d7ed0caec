"""What the sandbox's commands print to go on with: addresses, and lines that work as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from graph.sandbox.deployment import Stage
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
    " { status failure events { message } mover { id name status } } }"
)


def hints(stage: Stage, operation: str | None) -> Iterator[str]:
    """Line by line. ``operation`` is the id of one to follow; None asks for one that is made."""
    api, graphql = f"{stage.url}/v1/datasync", f"{stage.url}/graphql"
    token = f"-H 'X-Auth-Token: {stage.token}'"
    yield f"GraphQL  {graphql}"
    yield f"REST     {api}"
    yield f"AWS      {stage.aws.endpoint}  (its control surface is below /_sandbox/)"
    yield f"Token    {stage.token}"
    yield "\nThe SDK and the AWS command line reach that AWS with"
    for name, value in stage.aws.environment.items():
        yield f"export {name}={value}"
    yield "\nA server of your own reaches it with these, and DATASYNC_API_TOKEN"
    for name, value in (("ORG", ORG), ("ROLE", ROLE), ("EXTERNAL_ID", EXTERNAL_ID)):
        yield f"export DATASYNC_API_{name}={value}"
    yield "\nREST"
    yield f"curl {token} {api}/{LAB}/movers"
    yield f"\nGraphQL: what there is\n{QUERY}"
    yield _curl(token, QUERY, graphql)
    yield f"\nGraphQL: another mover\n{MUTATION}"
    yield _curl(token, MUTATION, graphql)
    what = "an operation" if operation else "that operation, by the id that it was given"
    subscription = SUBSCRIPTION % (operation or "ID")
    yield f"\nGraphQL: follow {what}\n{subscription}"
    yield _curl(f"-N -H 'Accept: text/event-stream' {token}", subscription, graphql)


def _curl(options: str, document: str, url: str) -> str:
    body = json.dumps({"query": document})
    return f"curl {options} -H 'Content-Type: application/json' \\\n  -d '{body}' {url}"
