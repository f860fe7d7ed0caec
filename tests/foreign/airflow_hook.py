"""Drives Airflow's hook for DataSync: creates, starts, waits for, cancels and deletes a task.

A program of the environment in ``requirements.lock``. Its arguments are the URI of the source, the
ARNs of both buckets and of their role; it writes what the hook returns as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import Request, urlopen

from airflow.providers.amazon.aws.hooks.datasync import DataSyncHook


def settle() -> None:
    """Lets the sandbox's clock run until nothing runs any more."""
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/settle"
    with urlopen(Request(url, b"{}", method="POST"), timeout=30) as answer:  # noqa: S310 - loopback
        answer.read()


def main() -> None:
    uri, *buckets, role = sys.argv[1:]
    hook: Any = DataSyncHook(wait_interval_seconds=0, aws_conn_id=None, region_name="us-east-1")
    ends = [
        hook.create_location(uri, S3BucketArn=arn, S3Config={"BucketAccessRoleArn": role})
        for arn in buckets
    ]
    task = hook.create_task(*ends, Name="by Airflow")
    hook.update_task(task, Name="renamed")
    first = hook.start_task_execution(task)
    settle()
    waited = hook.wait_for_task_execution(first)
    second = hook.start_task_execution(task)
    current = hook.get_current_task_execution_arn(task)
    hook.cancel_task_execution(second)
    settle()
    found = {
        "located": hook.get_location_arns(uri) == ends[:1],
        "found": hook.get_task_arns_for_location_arns(ends[:1], ends[1:]) == [task],
        "name": hook.get_task_description(task)["Name"],
        "waited": waited,
        "current": current == second,
        "cancelled": hook.wait_for_task_execution(second),
        "copied": hook.describe_task_execution(first)["FilesTransferred"],
    }
    hook.delete_task(task)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
