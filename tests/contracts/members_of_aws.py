"""Where members of the answers of AWS's operations are shown, and why others are not."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    *("S3", "Efs", "FsxLustre", "FsxOntap", "FsxOpenZfs", "FsxWindows"),
    *("Nfs", "Smb", "Hdfs", "ObjectStorage", "AzureBlob"),
)
PAGED: Final = {"NextToken": "pages are read by the server", "MaxResults": "always 100"}
FIXED: Final = "the one filter type that there is"
ONLY_ONE: Final = "the only one that there is"
ITS_ROLE: Final = "the server creates the role"
SECRET: Final = "a secret, which the server never asks for"

LEFT_OUT: Final[dict[str, dict[str, str]]] = {
    "DescribeTaskExecution": {
        "Includes[].FilterType": FIXED,
        "Excludes[].FilterType": FIXED,
        "ManifestConfig.Action": ONLY_ONE,
        "ManifestConfig.Format": ONLY_ONE,
    },
    "DescribeTask": {
        "Includes[].FilterType": FIXED,
        "Excludes[].FilterType": FIXED,
        "ManifestConfig.Action": ONLY_ONE,
        "ManifestConfig.Format": ONLY_ONE,
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
    "DescribeAgent": {
        "AgentArn": "Agent.arn",
        "Name": "Agent.name",
        "Status": "Agent.statusText",
        "Platform.Version": "Agent.version",
        "LastConnectionTime": "Agent.lastContactAt",
        "CreationTime": "Agent.createdAt",
        "EndpointType": "Agent.endpointType",
        "PrivateLinkConfig.VpcEndpointId": "AgentPrivateLink.vpcEndpointId",
        "PrivateLinkConfig.PrivateLinkEndpoint": "AgentPrivateLink.endpoint",
        "PrivateLinkConfig.SubnetArns": "AgentPrivateLink.subnetArns",
        "PrivateLinkConfig.SecurityGroupArns": "AgentPrivateLink.securityGroupArns",
    },
    "ListAgents": {
        "Agents[].AgentArn": "Agent.arn",
        "Agents[].Name": "Agent.name",
        "Agents[].Status": "Agent.statusText",
        "Agents[].Platform.Version": "Agent.version",
    },
    "CreateAgent": {"AgentArn": "ActivateAgentPayload.agent"},
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
    **{f"CreateLocation{kind}": {"LocationArn": "Mover.source"} for kind in KINDS},
}
"""Of answers: the field that shows what the server takes from another operation, or by a call."""
NOT_CALLED: Final[set[str]] = set()
NOT_USED: Final[dict[str, str]] = {}
"""Operations that the server does not use; those of all kinds of locations are one row."""
