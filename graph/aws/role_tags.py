"""Changes the tags of roles."""

from __future__ import annotations

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway
from graph.aws.tags import encoded
from graph.model.mover import Tag


async def change_role_tags(
    aws: AccountGateway, name: str, put: tuple[Tag, ...], drop: tuple[str, ...]
) -> None:
    """Sets some tags of a role and removes others. Can be repeated."""
    if drop:  # first, as there is room for 50 tags
        await aws.call("iam", Access.MANAGE, "untag_role", RoleName=name, TagKeys=list(drop))
    if put:
        await aws.call("iam", Access.MANAGE, "tag_role", RoleName=name, Tags=encoded(put))
