"""The group that a resource is tagged for: buckets are asked themselves, others the tagging API."""

from __future__ import annotations

from typing import Final

from graph.aws.buckets import tags_of_bucket
from graph.aws.client.gateway import AccountGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.aws.tags import tag_values, value_of
from graph.model import names
from graph.model.mover import GROUP_TAG

_PAGES: Final = 10


async def group_of_resource(aws: AccountGateway, arn: str) -> str | None:
    """The value of the resource's tag ``spinup:spaceid``; None without one.

    A bucket, whose ARN names no account, is asked with the management role of the account. The
    tags of a resource of another account do not count, because its groups are others. One call.
    Raises what AWS answers.
    """
    parts = names.arn(arn)
    if parts.account not in ("", aws.account_id):
        return None
    if parts.service == "s3" and not parts.account:
        tags = await tags_of_bucket(aws, parts.resource)
        return value_of(tags, GROUP_TAG)
    pages = aws.of(arn).pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceARNList=[arn],
    )
    async for page in pages:
        for item in page:
            if item["ResourceARN"] == arn:
                return value_of(tag_values(item["Tags"]), GROUP_TAG)
    return None


async def resources_of_group(aws: AccountGateway, group: str) -> frozenset[str]:
    """The ARNs of the resources of an account and region that are tagged for a group.

    At most ten calls, for 1,000 resources. The tagging API lags by minutes.
    """

    async def read() -> frozenset[str]:
        pages = aws.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            most=_PAGES,
            TagFilters=[{"Key": GROUP_TAG, "Values": [group]}],
            ResourcesPerPage=PAGE_SIZE,
        )
        found = {item["ResourceARN"] async for page in pages for item in page}
        return frozenset(arn for arn in found if names.arn(arn).service != "datasync")

    arns: frozenset[str] = await aws.shared(("resources of group", group), read)
    return arns
