"""Parts without a mover, put straight into the sandbox's state."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from graph.sandbox import Sandbox
from tests.world import LAB, ORG

DATASYNC = "datasync.amazonaws.com"


def datasync(account: str = LAB, region: str = "us-east-1") -> Any:
    """The sandbox's own state of an account in a region."""
    from moto.datasync.models import datasync_backends  # noqa: PLC0415 - after it is extended

    return datasync_backends[account][region]


def tags(group: str = "g", org: str = ORG, operation: str | None = None) -> list[dict[str, str]]:
    given = {"org": org, "spaceid": group, "type": "storage", "flavor": "datamover"}
    found = [{"Key": f"spinup:{key}", "Value": value} for key, value in given.items()]
    if operation:
        found.append({"Key": "datasync-api:operation", "Value": operation})
    return found


def role(name: str, group: str = "g", service: str = DATASYNC, **more: Any) -> str:
    """Creates a role below the organisation's path that may read `from`. Returns its ARN.

    ``region``: the one that its trust policy names, as that of the server's own roles.
    """
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    if region := more.pop("region", None):
        source = f"arn:aws:datasync:{region}:{LAB}:*"
        statement["Condition"] = {"ArnLike": {"aws:SourceArn": source}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    path = more.pop("path", f"/spinup/{ORG}/{group}/")
    made = iam_backends[LAB]["aws"].create_role(
        name, trust, path, None, "", tags(group, **more), 3600
    )
    made.changed = None
    on = [f"arn:aws:s3:::from-{LAB}", f"arn:aws:s3:::from-{LAB}/*"]
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": on}
    made.policies["DataSyncBucketAccessPolicy"] = json.dumps(
        {"Version": "2012-10-17", "Statement": [allowed]}
    )
    return str(made.arn)


def location(
    role_arn: str, given: Iterable[dict[str, str]] | None = None, region: str = "us-east-1"
) -> str:
    """Creates an S3 location that reads `from` with a role. Returns its ARN."""
    params = {
        "S3BucketArn": f"arn:aws:s3:::from-{LAB}",
        "S3Config": {"BucketAccessRoleArn": role_arn},
    }
    made = datasync(region=region).create_location(
        "S3", tags() if given is None else list(given), params
    )
    return str(made.arn)


def task(
    source: str, destination: str, name: str = "t", given: Any = (), region: str = "us-east-1"
) -> str:
    """Creates a task, nobody's unless it gets tags. Returns its ARN."""
    ends = {"SourceLocationArn": source, "DestinationLocationArn": destination}
    return str(datasync(region=region).create_task({**ends, "Name": name, "Tags": list(given)}).arn)


def there(aws: Sandbox) -> set[str]:
    """The ARNs of all that is in the account, but the management role."""
    state = aws.state()[LAB]
    arns = {*state["tasks"], *state["locations"], *state["roles"]}
    return {arn for arn in arns if not arn.endswith("/management")}
