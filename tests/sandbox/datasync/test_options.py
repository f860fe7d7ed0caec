"""Options of a task: combinations that the service refuses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import client, make_location


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archive_is_not_verified_as_a_whole(lab: Sandbox, storage_class: str) -> None:
    datasync = client("datasync")
    ends = {
        "SourceLocationArn": make_location(datasync, "from"),
        "DestinationLocationArn": make_location(datasync, "to", S3StorageClass=storage_class),
    }
    with pytest.raises(ClientError, match="Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT"):
        datasync.create_task(**ends)
    assert datasync.create_task(**ends, Options={"VerifyMode": "ONLY_FILES_TRANSFERRED"})
