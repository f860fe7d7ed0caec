"""The query that lists what forms offer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model import choice as model
from graph.resolvers.choices import Wanted, find_choices
from graph.schema.arguments import (
    AccountNumber,
    AfterCursor,
    BeforeCursor,
    FirstOf25,
    GroupName,
    Last,
    Region,
)
from graph.schema.connections import (
    Connection,
    Listing,
    connection_of,
    cut,
    name_of_list,
    page_request,
)
from graph.schema.enums import describe
from graph.schema.fields import Info, attribute, or_null, reads
from graph.schema.scalars import Arn

describe(
    model.ChoiceKind,
    "ChoiceKind",
    "What a form can offer for a field of a new mover.",
    {
        "BUCKETS": "The buckets of the account, in all regions.",
        "EFS_FILE_SYSTEMS": "The file systems of Amazon EFS.",
        "FSX_FILE_SYSTEMS": "The file systems of Amazon FSx, of all types.",
        "FSX_STORAGE_VIRTUAL_MACHINES": "The storage virtual machines of FSx for NetApp ONTAP.",
        "SUBNETS": "The subnets, of all VPCs and also those that other accounts share.",
        "SECURITY_GROUPS": "The security groups, of all VPCs.",
        "LOG_GROUPS": "The log groups of CloudWatch.",
        "SECRETS": "The secrets of Secrets Manager that carry a tag.",
    },
)


@strawberry.input(description="A tag that secrets carry.")
class ChoiceTag:
    key: str = strawberry.field(description="The key of the tag, exactly as it is written.")
    value: str | None = strawberry.field(
        default=None, description="The value of the tag; any if absent."
    )


KindOfChoice = Annotated[
    model.ChoiceKind, strawberry.argument(description="Which resources are listed.")
]
TagOfSecrets = Annotated[
    ChoiceTag | None,
    strawberry.argument(description="The tag of the secrets: required for them, and only then."),
]
Search = Annotated[
    str | None,
    strawberry.argument(description="A part of the name, the detail or the id, in any case."),
]
Vpc = Annotated[
    str | None, strawberry.argument(description="The id of the VPC that they are in; any if null.")
]


@strawberry.type(description="A resource of the account that a field of a new mover may name.")
class Choice:
    value: strawberry.Private[model.Choice]
    arn: Arn = attribute("arn", "The ARN, as inputs take it.")
    name: str | None = attribute(
        "name", "Its name, or the value of its tag `Name`; null without one."
    )
    detail: str | None = attribute(
        "detail",
        "What else tells it apart: the region of a bucket, the id of a file system of EFS, the "
        "type of one of FSx, the file system of a storage virtual machine, the addresses of a "
        "subnet, the description of a security group or of a secret.",
    )
    vpc_id: str | None = attribute(
        "vpc_id", "The VPC of a subnet, security group or file system of FSx; null for others."
    )
    availability_zone: str | None = attribute(
        "availability_zone",
        "The Availability Zone of a subnet, or of a file system of EFS that is in only one.",
    )

    @reads(
        "The prefixes below which the caller may use a bucket, such as `lab/`; null if it may use "
        "all of it."
    )
    def prefixes(self) -> list[str] | None:
        return None if self.value.prefixes is None else list(self.value.prefixes)


@strawberry.type(description="The resources of one kind, as far as the server may list them.")
class Choices:
    connection: Connection[Choice] | None = strawberry.field(
        description="The resources by name; null if the management role may not list them."
    )
    advice: str | None = strawberry.field(
        description="What to do so that they can be listed; null if they can."
    )
    complete: bool = strawberry.field(
        description="Whether these are all: of thousands, only the first are read."
    )


@strawberry.type(description="The query that lists what forms offer.")
class ChoiceQueries:
    @strawberry.field(
        description="The resources of an account that a form can offer for a field of a new mover: "
        "those that the caller may use for movers of the group. They are up to a minute old. "
        "FORBIDDEN for a key that may not create movers of the group; null for an account that the "
        "server does not serve. Up to ten calls to AWS list them, and ten more the tags that "
        "allow them where `RESOURCE_CHECK` is `tag`."
    )
    async def choices(  # noqa: PLR0913, PLR0917 - arguments of the schema
        self,
        info: Info,
        account: AccountNumber,
        group: GroupName,
        kind: KindOfChoice,
        tag: TagOfSecrets = None,
        search: Search = None,
        vpc: Vpc = None,
        first: FirstOf25 = 25,
        after: AfterCursor = None,
        region: Region = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Choices | None:
        asked = page_request(first, after, last, before, usual=25)
        wanted = Wanted(
            account_id=account,
            region=region,
            group=group,
            kind=kind,
            tag=None if tag is None else (tag.key, tag.value),
            search=search,
            vpc_id=vpc,
        )
        found = await or_null(find_choices(info.context, wanted))
        if found is None:
            return None
        choices, advice = found
        if choices is None:
            return Choices(connection=None, advice=advice, complete=False)
        place = account if region is None else f"{account}@{region}"
        of = name_of_list("choices", place, group, kind.value, str(tag), str(search), str(vpc))
        listing = Listing(of, choices.found, lambda choice: choice.arn)
        page = connection_of(cut(listing, asked), lambda choice: Choice(value=choice))
        return Choices(connection=page, advice=None, complete=choices.complete)
