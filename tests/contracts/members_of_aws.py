"""Where members of AWS's operations are shown and set, and why others are not."""

from __future__ import annotations

from typing import Final

from graph.aws.client.service_models import datasync_model

OPTIONS: Final = frozenset(datasync_model().shape_for("Options").members)
PAGED: Final = {"NextToken": "pages are read by the server", "MaxResults": "always 100"}
FIXED: Final = "the one filter type that there is"
MANIFEST: Final = "manifests are not supported"
REPORT: Final = "task reports are not supported"
SECRET: Final = "a secret, which the server never asks for"
KEPT: Final = "DataSync's default applies"
AS_THE_ORIGINAL: Final = "movers are created as the original server creates them"

LEFT_OUT: Final[dict[str, dict[str, str]]] = {
    "DescribeTaskExecution": {
        "Includes[].FilterType": FIXED,
        "Excludes[].FilterType": FIXED,
        "ManifestConfig": MANIFEST,
        "TaskReportConfig": REPORT,
        "ReportResult": REPORT,
    },
    "DescribeTask": {
        "Includes[].FilterType": FIXED,
        "Excludes[].FilterType": FIXED,
        "ManifestConfig": MANIFEST,
        "TaskReportConfig": REPORT,
    },
    "DescribeLocationFsxOpenZfs": {
        "Protocol.SMB": "FSx for OpenZFS has no SMB",
    },
    "DescribeLocationFsxOntap": {"Protocol.SMB.Password": SECRET},
}
"""Of answers, by operation: members, with all that is in them, that no field shows."""
SHOWN_BESIDES: Final[dict[str, dict[str, str]]] = {
    "DescribeTask": {
        "TaskArn": "Mover.taskArn",
        "Name": "Mover.name",
        "Status": "Mover.statusText",
        "TaskMode": "Mover.modeText",
        "SourceLocationArn": "Mover.source",
        "DestinationLocationArn": "Mover.destination",
        "CurrentTaskExecutionArn": "Mover.lastRun",
    },
    "ListTasks": {
        "Tasks[].TaskArn": "Mover.taskArn",
        "Tasks[].Name": "Mover.name",
        "Tasks[].Status": "Mover.statusText",
        "Tasks[].TaskMode": "Mover.modeText",
    },
    "ListTaskExecutions": {
        "TaskExecutions[].TaskExecutionArn": "Mover.runs",
        "TaskExecutions[].Status": "Run.statusText",
        "TaskExecutions[].TaskMode": "Run.modeText",
    },
    "ListLocations": {
        "Locations[].LocationArn": "Location.arn",
        "Locations[].LocationUri": "Location.uri",
    },
    "ListTagsForResource": {"Tags[].Key": "Tag.key", "Tags[].Value": "Tag.value"},
    "CreateTask": {"TaskArn": "Operation.mover"},
    "StartTaskExecution": {"TaskExecutionArn": "StartMoverPayload.run"},
    **{f"CreateLocation{kind}": {"LocationArn": "Mover.source"} for kind in ("S3", "Efs")},
}
"""Of answers: the field that shows what the server takes from another operation, or by a call."""
SET: Final[dict[str, dict[str, str]]] = {
    "CreateLocationS3": {
        "S3BucketArn": "S3LocationInput.bucketArn",
        "Subdirectory": "S3LocationInput.subdirectory",
        "S3StorageClass": "S3LocationInput.storageClass",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationEfs": {
        "EfsFilesystemArn": "EfsLocationInput.filesystemArn",
        "Ec2Config.SubnetArn": "EfsLocationInput.subnetArn",
        "Ec2Config.SecurityGroupArns": "EfsLocationInput.securityGroupArns",
        "Subdirectory": "EfsLocationInput.subdirectory",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateTask": {
        "SourceLocationArn": "CreateMoverInput.source",
        "DestinationLocationArn": "CreateMoverInput.destination",
        "Name": "CreateMoverInput.name",
        "Tags": "CreateMoverInput.tags",
    },
    "StartTaskExecution": {
        "TaskArn": "StartMoverInput.mover",
        "OverrideOptions": "RunOverridesInput.options",
        "Includes": "RunOverridesInput.includes",
        "Excludes": "RunOverridesInput.excludes",
    },
    "UpdateTaskExecution": {
        "TaskExecutionArn": "SetRunBandwidthInput.run",
        "Options.BytesPerSecond": "SetRunBandwidthInput.bytesPerSecond",
    },
    "CancelTaskExecution": {"TaskExecutionArn": "StopMoverInput.mover"},
    "DeleteTask": {"TaskArn": "DeleteMoverInput.mover"},
}
"""Of requests: the member of an input that sets it, with all that is in it."""
NOT_SET: Final[dict[str, dict[str, str]]] = {
    "CreateLocationS3": {
        "S3Config": "the server creates the role",
        "AgentArns": "needed for S3 on Outposts alone, which is not supported",
    },
    "CreateLocationEfs": {
        "AccessPointArn": AS_THE_ORIGINAL,
        "FileSystemAccessRoleArn": AS_THE_ORIGINAL,
        "InTransitEncryption": AS_THE_ORIGINAL,
    },
    "CreateTask": {
        "Options": AS_THE_ORIGINAL,
        "Includes": AS_THE_ORIGINAL,
        "Excludes": AS_THE_ORIGINAL,
        "Schedule": AS_THE_ORIGINAL,
        "CloudWatchLogGroupArn": AS_THE_ORIGINAL,
        "TaskMode": KEPT,
        "ManifestConfig": MANIFEST,
        "TaskReportConfig": REPORT,
    },
    "StartTaskExecution": {
        "ManifestConfig": MANIFEST,
        "TaskReportConfig": REPORT,
        "Tags": "the server's own mark alone",
    },
    "UpdateTaskExecution": {
        f"Options.{name}": "only the bandwidth of a run can change"
        for name in OPTIONS - {"BytesPerSecond"}
    },
    "DescribeTask": {"TaskArn": "the mover that is asked for"},
    "DescribeTaskExecution": {"TaskExecutionArn": "the run that is asked for"},
    "DeleteLocation": {"LocationArn": "a location of the mover that is deleted"},
    "ListTasks": {"Filters": "to find the users of a location"},
    "ListLocations": {"Filters": "the server filters by itself"},
    "ListTaskExecutions": {"TaskArn": "the mover that is asked for"},
    "ListTagsForResource": {"ResourceArn": "the resource that is asked for"},
    **{f"DescribeLocation{kind}": {"LocationArn": "a location of a mover"} for kind in (
        "S3", "Efs", "FsxLustre", "FsxOntap", "FsxOpenZfs", "FsxWindows", "Nfs", "Smb", "Hdfs",
        "ObjectStorage", "AzureBlob",
    )},
}  # fmt: skip
"""Of requests: members that no input sets, and why."""
NOT_CALLED: Final = {
    *("TagResource", "UntagResource", "UpdateTask"),
    *("DescribeAgent", "ListAgents"),
}
