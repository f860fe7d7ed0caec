"""Lists of resources that a new mover may name. What they contain is never read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway
from graph.model.choice import Choice, ChoiceKind, Choices

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """How the resources of one kind are listed."""

    service: str
    operation: str
    key: str
    """The member of the answer that has the items."""
    action: str
    """The permission that the call needs."""
    choice: Callable[[AccountGateway, Item], Choice]
    pages: int
    """How many are read at most."""
    params: Mapping[str, Any]


async def list_choices(
    aws: AccountGateway, kind: ChoiceKind, tag: tuple[str, str | None] | None = None
) -> Choices:
    """The resources of a kind in an account and region, by name, up to a minute old.

    ``tag``: of secrets, the key and the value that they carry; of any value if that is None. Raises
    AccessDenied where the management role lacks the permission.
    """
    kept = aws.caches.choices
    place = aws.account_id, aws.region, kind.value, tag
    found = kept.get(place)
    if found is None:
        found = await aws.shared(("choices", kind.value, tag), lambda: _read(aws, kind, tag))
        if 1 + len(found.found) < kept.maxsize:
            kept[place] = found
    return found


async def _read(
    aws: AccountGateway, kind: ChoiceKind, tag: tuple[str, str | None] | None
) -> Choices:
    listed, pages = LISTED[kind], 0
    found: list[Choice] = []
    params = dict(listed.params)
    if tag is not None:
        params["Filters"] = _filters(tag)
    async for page in aws.pages(
        listed.service,
        listed.operation,
        listed.key,
        most=listed.pages,
        access=Access.DISCOVER,
        **params,
    ):
        pages += 1
        found += [listed.choice(aws, item) for item in page if tag is None or _carries(item, tag)]
    return Choices(tuple(sorted(found, key=_order)), complete=pages < listed.pages)


def _order(choice: Choice) -> tuple[str, str]:
    return choice.name or "", choice.arn


def _filters(tag: tuple[str, str | None]) -> list[dict[str, Any]]:
    """Secrets Manager matches the beginning of both; ``_carries`` compares them exactly."""
    key, value = tag
    values = [] if value is None else [{"Key": "tag-value", "Values": [value]}]
    return [{"Key": "tag-key", "Values": [key]}, *values]


def _carries(item: Item, tag: tuple[str, str | None]) -> bool:
    key, value = tag
    return any(
        each.get("Key") == key and value in (None, each.get("Value"))
        for each in item.get("Tags") or ()
    )


def _named(tags: Iterable[Item] | None) -> str | None:
    return next((tag.get("Value") for tag in tags or () if tag.get("Key") == "Name"), None) or None


def _bucket(aws: AccountGateway, item: Item) -> Choice:
    arn = f"arn:{aws.partition}:s3:::{item['Name']}"
    return Choice(arn, item["Name"], item.get("BucketRegion"))


def _efs(aws: AccountGateway, item: Item) -> Choice:
    own = f"arn:{aws.partition}:elasticfilesystem:{aws.region}:{aws.account_id}"
    arn = item.get("FileSystemArn") or f"{own}:file-system/{item['FileSystemId']}"
    name = item.get("Name") or _named(item.get("Tags"))
    return Choice(arn, name, item["FileSystemId"], None, item.get("AvailabilityZoneName"))


def _fsx(_aws: AccountGateway, item: Item) -> Choice:
    name, kind = _named(item.get("Tags")), item.get("FileSystemType")
    return Choice(item["ResourceARN"], name, kind, item.get("VpcId"))


def _virtual_machine(_aws: AccountGateway, item: Item) -> Choice:
    return Choice(item["ResourceARN"], item.get("Name"), item.get("FileSystemId"))


def _ec2(aws: AccountGateway, item: Item, kind: str, resource_id: str) -> str:
    owner = item.get("OwnerId") or aws.account_id
    return f"arn:{aws.partition}:ec2:{aws.region}:{owner}:{kind}/{resource_id}"


def _subnet(aws: AccountGateway, item: Item) -> Choice:
    arn = item.get("SubnetArn") or _ec2(aws, item, "subnet", item["SubnetId"])
    name = _named(item.get("Tags")) or item["SubnetId"]
    vpc, zone = item.get("VpcId"), item.get("AvailabilityZone")
    return Choice(arn, name, item.get("CidrBlock"), vpc, zone)


def _security_group(aws: AccountGateway, item: Item) -> Choice:
    arn = item.get("SecurityGroupArn") or _ec2(aws, item, "security-group", item["GroupId"])
    return Choice(arn, item.get("GroupName"), item.get("Description") or None, item.get("VpcId"))


def _log_group(_aws: AccountGateway, item: Item) -> Choice:
    arn = item.get("logGroupArn") or item["arn"].removesuffix(":*")
    return Choice(arn, item.get("logGroupName"))


def _secret(_aws: AccountGateway, item: Item) -> Choice:
    return Choice(item["ARN"], item.get("Name"), item.get("Description") or None)


LISTED: Final[dict[ChoiceKind, Listed]] = {
    ChoiceKind.BUCKETS: Listed(
        service="s3",
        operation="list_buckets",
        key="Buckets",
        action="s3:ListAllMyBuckets",
        choice=_bucket,
        pages=5,
        params={"MaxBuckets": 1000},
    ),
    ChoiceKind.EFS_FILE_SYSTEMS: Listed(
        service="efs",
        operation="describe_file_systems",
        key="FileSystems",
        action="elasticfilesystem:DescribeFileSystems",
        choice=_efs,
        pages=10,
        params={"MaxItems": 100},
    ),
    ChoiceKind.FSX_FILE_SYSTEMS: Listed(
        service="fsx",
        operation="describe_file_systems",
        key="FileSystems",
        action="fsx:DescribeFileSystems",
        choice=_fsx,
        pages=10,
        params={"MaxResults": 100},
    ),
    ChoiceKind.FSX_STORAGE_VIRTUAL_MACHINES: Listed(
        service="fsx",
        operation="describe_storage_virtual_machines",
        key="StorageVirtualMachines",
        action="fsx:DescribeStorageVirtualMachines",
        choice=_virtual_machine,
        pages=10,
        params={"MaxResults": 100},
    ),
    ChoiceKind.SUBNETS: Listed(
        service="ec2",
        operation="describe_subnets",
        key="Subnets",
        action="ec2:DescribeSubnets",
        choice=_subnet,
        pages=5,
        params={"MaxResults": 1000},
    ),
    ChoiceKind.SECURITY_GROUPS: Listed(
        service="ec2",
        operation="describe_security_groups",
        key="SecurityGroups",
        action="ec2:DescribeSecurityGroups",
        choice=_security_group,
        pages=5,
        params={"MaxResults": 1000},
    ),
    ChoiceKind.LOG_GROUPS: Listed(
        service="logs",
        operation="describe_log_groups",
        key="logGroups",
        action="logs:DescribeLogGroups",
        choice=_log_group,
        pages=10,
        params={"limit": 50},
    ),
    ChoiceKind.SECRETS: Listed(
        service="secretsmanager",
        operation="list_secrets",
        key="SecretList",
        action="secretsmanager:ListSecrets",
        choice=_secret,
        pages=10,
        params={"MaxResults": 100},
    ),
}
