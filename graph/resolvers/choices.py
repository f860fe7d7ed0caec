"""What forms offer: the resources of an account that the caller may use for a mover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.aws.choices import LISTED, list_choices
from graph.context import ReadContext
from graph.model import names
from graph.model.choice import Choice, ChoiceKind, Choices
from graph.model.errors import AccessDenied, Forbidden, Invalid, InvalidReason
from graph.model.mover import Account
from graph.model.resources import Resource, prefixes_of
from graph.resolvers import scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which resources are asked for."""

    account_id: str
    region: str | None = None
    """As it is requested: None for the default one."""
    group: str
    kind: ChoiceKind
    tag: tuple[str, str | None] | None = None
    """Of secrets: the key and the value, None for any value."""
    search: str | None = None
    """A part of the name, the detail or the end of the ARN, in any case."""
    vpc_id: str | None = None


async def find_choices(context: ReadContext, wanted: Wanted) -> tuple[Choices | None, str | None]:
    """The resources that the caller may use for movers of the group, and advice.

    None, with advice, if the management role may not list them. Raises Forbidden if the caller may
    not create movers of the group, NotFound for an account that is not served.
    """
    account = scope.require_account(context, wanted.account_id, wanted.region)
    scope.require_write(context, wanted.account_id, wanted.group)
    names.group(wanted.group)
    _check(wanted)
    aws = context.services.gateway.bind(*account.place)
    try:
        listed = await list_choices(aws, wanted.kind, wanted.tag)
    except (AccessDenied, Forbidden):
        action = LISTED[wanted.kind].action
        return None, f"Allow the management role of the account {action}, or type the ARN."
    fit = [choice for choice in listed.found if _fits(choice, wanted)]
    return replace(listed, found=tuple(await _usable(context, account, wanted.group, fit))), None


def _check(wanted: Wanted) -> None:
    if (wanted.kind is ChoiceKind.SECRETS) != (wanted.tag is not None):
        text = "Secrets are listed by a tag, and nothing else is: give 'tag' for them alone."
        raise Invalid(text, path=("tag",), reason=InvalidReason.MISSING)


def _fits(choice: Choice, wanted: Wanted) -> bool:
    if wanted.vpc_id is not None and choice.vpc_id != wanted.vpc_id:
        return False
    shown = (choice.name, choice.detail, choice.arn.rpartition(":")[2])
    part = (wanted.search or "").casefold()
    return any(part in text.casefold() for text in shown if text is not None)


async def _usable(
    context: ReadContext, account: Account, group: str, choices: Iterable[Choice]
) -> list[Choice]:
    policy, rights = context.services.resources, context.rights
    account_id = account.account_id
    if not policy.enforced or rights.uses_everything:
        return list(choices)
    tagged = await policy.tagged_for(rights, account, group)
    found = []
    for choice in choices:
        if choice.arn in tagged or rights.may_use(account_id, group, Resource(choice.arn)):
            found.append(choice)
        elif prefixes := prefixes_of(rights.resources or (), account_id, group, choice.arn):
            found.append(replace(choice, prefixes=prefixes))
    return found
