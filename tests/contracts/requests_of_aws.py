"""Where members of the requests of AWS's operations are set, and why others are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.aws.client.service_models import datasync_model
from tests.contracts.members_of_aws import ITS_ROLE, KINDS, ONLY_ONE, SECRET

OPTIONS: Final = frozenset(datasync_model().shape_for("Options").members)
KEPT_BY_AWS: Final = "needs the secret in the request"

_S3: Final = "TaskReportConfig.Destination.S3"
FILES: Final = {
    "ManifestConfig.Source.S3.S3BucketArn": "ManifestInput.bucketArn",
    "ManifestConfig.Source.S3.ManifestObjectPath": "ManifestInput.path",
    "ManifestConfig.Source.S3.ManifestObjectVersionId": "ManifestInput.versionId",
    f"{_S3}.S3BucketArn": "TaskReportInput.bucketArn",
    f"{_S3}.Subdirectory": "TaskReportInput.subdirectory",
    "TaskReportConfig.OutputType": "TaskReportInput.outputType",
    "TaskReportConfig.ReportLevel": "TaskReportInput.reportLevel",
    "TaskReportConfig.ObjectVersionIds": "TaskReportInput.objectVersionIds",
    **{
        f"TaskReportConfig.Overrides.{name}.ReportLevel": f"ReportLevelsInput.{name.lower()}"
        for name in ("Transferred", "Verified", "Deleted", "Skipped")
    },
}
FILES_NOT_SET: Final = {
    "ManifestConfig.Action": ONLY_ONE,
    "ManifestConfig.Format": ONLY_ONE,
    "ManifestConfig.Source.S3.BucketAccessRoleArn": ITS_ROLE,
    f"{_S3}.BucketAccessRoleArn": ITS_ROLE,
}
SET: Final[dict[str, dict[str, str]]] = {
    "CreateLocationS3": {
        "S3BucketArn": "S3LocationInput.bucketArn",
        "Subdirectory": "S3LocationInput.subdirectory",
        "S3StorageClass": "S3LocationInput.storageClass",
        "AgentArns": "S3LocationInput.agentArns",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationEfs": {
        "EfsFilesystemArn": "EfsLocationInput.filesystemArn",
        "Ec2Config.SubnetArn": "EfsLocationInput.subnetArn",
        "Ec2Config.SecurityGroupArns": "EfsLocationInput.securityGroupArns",
        "Subdirectory": "EfsLocationInput.subdirectory",
        "AccessPointArn": "EfsLocationInput.accessPointArn",
        "FileSystemAccessRoleArn": "EfsLocationInput.fileSystemAccessRoleArn",
        "InTransitEncryption": "EfsLocationInput.inTransitEncryption",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationNfs": {
        "ServerHostname": "NfsLocationInput.serverHostname",
        "Subdirectory": "NfsLocationInput.subdirectory",
        "OnPremConfig.AgentArns": "NfsLocationInput.agentArns",
        "MountOptions.Version": "NfsLocationInput.version",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationSmb": {
        "ServerHostname": "SmbLocationInput.serverHostname",
        "Subdirectory": "SmbLocationInput.subdirectory",
        "AgentArns": "SmbLocationInput.agentArns",
        "AuthenticationType": "SmbLocationInput.authenticationType",
        "User": "SmbLocationInput.user",
        "Domain": "SmbLocationInput.domain",
        "KerberosPrincipal": "SmbLocationInput.kerberosPrincipal",
        "KerberosKrb5Conf": "SmbLocationInput.kerberosKrb5Conf",
        "DnsIpAddresses": "SmbLocationInput.dnsIpAddresses",
        "CustomSecretConfig.SecretArn": "LocationSecretInput.secretArn",
        "CustomSecretConfig.SecretAccessRoleArn": "LocationSecretInput.accessRoleArn",
        "MountOptions.Version": "SmbLocationInput.version",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationHdfs": {
        "NameNodes[].Hostname": "HdfsNameNodeInput.hostname",
        "NameNodes[].Port": "HdfsNameNodeInput.port",
        "AuthenticationType": "HdfsLocationInput.authenticationType",
        "AgentArns": "HdfsLocationInput.agentArns",
        "SimpleUser": "HdfsLocationInput.simpleUser",
        "KerberosPrincipal": "HdfsLocationInput.kerberosPrincipal",
        "KerberosKrb5Conf": "HdfsLocationInput.kerberosKrb5Conf",
        "CustomSecretConfig": "HdfsLocationInput.secret",
        "Subdirectory": "HdfsLocationInput.subdirectory",
        "BlockSize": "HdfsLocationInput.blockSize",
        "ReplicationFactor": "HdfsLocationInput.replicationFactor",
        "KmsKeyProviderUri": "HdfsLocationInput.kmsKeyProviderUri",
        "QopConfiguration.RpcProtection": "HdfsLocationInput.rpcProtection",
        "QopConfiguration.DataTransferProtection": "HdfsLocationInput.dataTransferProtection",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationObjectStorage": {
        "ServerHostname": "ObjectStorageLocationInput.serverHostname",
        "BucketName": "ObjectStorageLocationInput.bucketName",
        "ServerPort": "ObjectStorageLocationInput.serverPort",
        "ServerProtocol": "ObjectStorageLocationInput.serverProtocol",
        "Subdirectory": "ObjectStorageLocationInput.subdirectory",
        "AccessKey": "ObjectStorageLocationInput.accessKey",
        "CustomSecretConfig": "ObjectStorageLocationInput.secret",
        "FederatedIdentity": "ObjectStorageLocationInput.federatedIdentity",
        "ServerCertificate": "ObjectStorageLocationInput.serverCertificate",
        "AgentArns": "ObjectStorageLocationInput.agentArns",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationAzureBlob": {
        "ContainerUrl": "AzureBlobLocationInput.containerUrl",
        "AuthenticationType": "AzureBlobLocationInput.authenticationType",
        "CustomSecretConfig": "AzureBlobLocationInput.secret",
        "FederatedIdentity": "AzureBlobLocationInput.federatedIdentity",
        "AccessTier": "AzureBlobLocationInput.accessTier",
        "Subdirectory": "AzureBlobLocationInput.subdirectory",
        "AgentArns": "AzureBlobLocationInput.agentArns",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationFsxLustre": {
        "FsxFilesystemArn": "FsxLustreLocationInput.filesystemArn",
        "SecurityGroupArns": "FsxLustreLocationInput.securityGroupArns",
        "Subdirectory": "FsxLustreLocationInput.subdirectory",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationFsxOpenZfs": {
        "FsxFilesystemArn": "FsxOpenZfsLocationInput.filesystemArn",
        "SecurityGroupArns": "FsxOpenZfsLocationInput.securityGroupArns",
        "Protocol.NFS.MountOptions.Version": "FsxOpenZfsLocationInput.version",
        "Subdirectory": "FsxOpenZfsLocationInput.subdirectory",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationFsxOntap": {
        "StorageVirtualMachineArn": "FsxOntapLocationInput.storageVirtualMachineArn",
        "SecurityGroupArns": "FsxOntapLocationInput.securityGroupArns",
        "Subdirectory": "FsxOntapLocationInput.subdirectory",
        "Protocol.SMB.User": "OntapSmbInput.user",
        "Protocol.SMB.Domain": "OntapSmbInput.domain",
        "Protocol.SMB.MountOptions.Version": "OntapSmbInput.version",
        "Protocol.SMB.CustomSecretConfig": "OntapSmbInput.secret",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateLocationFsxWindows": {
        "FsxFilesystemArn": "FsxWindowsLocationInput.filesystemArn",
        "SecurityGroupArns": "FsxWindowsLocationInput.securityGroupArns",
        "User": "FsxWindowsLocationInput.user",
        "Domain": "FsxWindowsLocationInput.domain",
        "CustomSecretConfig": "FsxWindowsLocationInput.secret",
        "Subdirectory": "FsxWindowsLocationInput.subdirectory",
        "Tags": "CreateMoverInput.tags",
    },
    "CreateTask": {
        "SourceLocationArn": "CreateMoverInput.source",
        "DestinationLocationArn": "CreateMoverInput.destination",
        "Name": "CreateMoverInput.name",
        "TaskMode": "CreateMoverInput.mode",
        "Options": "CreateMoverInput.options",
        "Includes": "CreateMoverInput.includes",
        "Excludes": "CreateMoverInput.excludes",
        "Schedule.ScheduleExpression": "ScheduleInput.expression",
        "Schedule.Status": "ScheduleInput.enabled",
        "CloudWatchLogGroupArn": "CreateMoverInput.logGroupArn",
        **FILES,
        "Tags": "CreateMoverInput.tags",
    },
    "StartTaskExecution": {
        "TaskArn": "StartMoverInput.mover",
        "OverrideOptions": "RunOverridesInput.options",
        "Includes": "RunOverridesInput.includes",
        "Excludes": "RunOverridesInput.excludes",
        "Tags": "RunOverridesInput.tags",
        **FILES,
    },
    "UpdateTaskExecution": {
        "TaskExecutionArn": "SetRunBandwidthInput.run",
        "Options.BytesPerSecond": "SetRunBandwidthInput.bytesPerSecond",
    },
    "UpdateTask": {
        "TaskArn": "UpdateMoverInput.mover",
        "Options": "UpdateMoverInput.options",
        "Includes": "UpdateMoverInput.includes",
        "Excludes": "UpdateMoverInput.excludes",
        "Schedule.ScheduleExpression": "ScheduleInput.expression",
        "Schedule.Status": "ScheduleInput.enabled",
        "Name": "UpdateMoverInput.name",
        "CloudWatchLogGroupArn": "UpdateMoverInput.logGroupArn",
        **FILES,
    },
    "TagResource": {"ResourceArn": "UpdateMoverInput.mover", "Tags": "UpdateMoverInput.tags"},
    "UntagResource": {"ResourceArn": "UpdateMoverInput.mover", "Keys": "UpdateMoverInput.tags"},
    "CreateAgent": {
        "ActivationKey": "ActivateAgentInput.activationKey",
        "AgentName": "ActivateAgentInput.name",
        "Tags": "ActivateAgentInput.tags",
        "VpcEndpointId": "ActivateAgentInput.vpcEndpointId",
        "SubnetArns": "ActivateAgentInput.subnetArn",
        "SecurityGroupArns": "ActivateAgentInput.securityGroupArn",
    },
    "UpdateAgent": {"AgentArn": "UpdateAgentInput.agent", "Name": "UpdateAgentInput.name"},
    "DeleteAgent": {"AgentArn": "DeleteAgentInput.agent"},
    "CancelTaskExecution": {"TaskExecutionArn": "StopMoverInput.mover"},
    "DeleteTask": {"TaskArn": "DeleteMoverInput.mover"},
}
"""Of requests: the member of an input that sets it, with all that is in it."""
NOT_SET: Final[dict[str, dict[str, str]]] = {
    "CreateLocationS3": {"S3Config": "the server creates the role"},
    "CreateLocationSmb": {
        "Password": SECRET,
        "KerberosKeytab": SECRET,
        "CmkSecretConfig": KEPT_BY_AWS,
    },
    "CreateLocationHdfs": {"KerberosKeytab": SECRET, "CmkSecretConfig": KEPT_BY_AWS},
    "CreateLocationObjectStorage": {"SecretKey": SECRET, "CmkSecretConfig": KEPT_BY_AWS},
    "CreateLocationAzureBlob": {
        "SasConfiguration": SECRET,
        "CmkSecretConfig": KEPT_BY_AWS,
        "BlobType": "BLOCK, the only one that there is",
    },
    "CreateLocationFsxOpenZfs": {"Protocol.SMB": "FSx for OpenZFS has no SMB"},
    "CreateLocationFsxOntap": {
        "Protocol.NFS": "NFS3, the only version that there is",
        "Protocol.SMB.Password": SECRET,
        "Protocol.SMB.CmkSecretConfig": KEPT_BY_AWS,
        "Protocol.SMB.ManagedSecretConfig": "AWS sets it",
    },
    "CreateLocationFsxWindows": {"Password": SECRET, "CmkSecretConfig": KEPT_BY_AWS},
    "CreateTask": FILES_NOT_SET,
    "StartTaskExecution": FILES_NOT_SET,
    "UpdateTaskExecution": {
        f"Options.{name}": "only the bandwidth of a run can change"
        for name in OPTIONS - {"BytesPerSecond"}
    },
    "UpdateTask": FILES_NOT_SET,
    "DescribeTask": {"TaskArn": "the mover that is asked for"},
    "DescribeTaskExecution": {"TaskExecutionArn": "the run that is asked for"},
    "DescribeAgent": {"AgentArn": "the agent that is asked for"},
    "DeleteLocation": {"LocationArn": "a location of the mover that is deleted"},
    "ListTasks": {"Filters": "to find the users of a location"},
    "ListLocations": {"Filters": "the server filters by itself"},
    "ListTaskExecutions": {"TaskArn": "the mover that is asked for"},
    "ListTagsForResource": {"ResourceArn": "the resource that is asked for"},
    **{f"DescribeLocation{kind}": {"LocationArn": "a location of a mover"} for kind in KINDS},
}
"""Of requests: members that no input sets, and why."""


def _of_updates(table: Mapping[str, Mapping[str, str]], kind: str) -> dict[str, str]:
    """The rows of a kind's create call for members that its update call has, too."""
    members = datasync_model().operation_model(f"UpdateLocation{kind}").input_shape.members
    rows = table.get(f"CreateLocation{kind}", {})
    return {
        path: field.replace("LocationInput.", "LocationChangeInput.")
        for path, field in rows.items()
        if path.partition(".")[0].removesuffix("[]") in members
    }


for _kind in KINDS:
    _changed = _of_updates(SET, _kind) | {"LocationArn": "UpdateLocationInput.location"}
    _fixed = _of_updates(NOT_SET, _kind)
    if _kind in ("ObjectStorage", "AzureBlob"):
        del _changed["AgentArns"]
        _fixed["AgentArns"] = "DataSync does not allow it later"
    _fixed.pop("Protocol.SMB.ManagedSecretConfig", None)  # only creating has that member
    SET[f"UpdateLocation{_kind}"] = _changed
    NOT_SET[f"UpdateLocation{_kind}"] = _fixed
