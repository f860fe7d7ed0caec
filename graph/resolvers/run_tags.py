"""The tags of runs: checks rights, and leaves the server's own tags as they are."""

from __future__ import annotations

from graph.aws.tags import change_tags
from graph.context import Context, ReadContext
from graph.model.errors import NotFound
from graph.model.mover import HIDDEN_TAGS, Mover, Tag
from graph.model.verbs import Verb
from graph.resolvers import scope
from graph.task_settings.tags import callers_tags, check_tags


def check(tags: tuple[Tag, ...]) -> None:
    """Raises Invalid, with the path in the input, for tags that no run can have."""
    check_tags(tags, told_apart=str)


async def tags_of_run(context: ReadContext, run_arn: str) -> list[Tag]:
    """The tags of a run, without those that are internal. Raises NotFound."""
    try:
        tags = await context.loaders.tags.load(run_arn)
    except NotFound:
        raise NotFound(scope.NO_RUN) from None
    return [tag for tag in tags if tag.key not in HIDDEN_TAGS]


async def set_tags(context: Context, mover: Mover, run_arn: str, tags: tuple[Tag, ...]) -> None:
    """Replaces the caller's tags. Raises Forbidden if the caller may not run the mover.

    Raises NotFound for a run that is gone. Two calls to AWS at most: what they do can be repeated.
    """
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    before = callers_tags(await tags_of_run(context, run_arn))
    gone = {tag.key for tag in before} - {tag.key for tag in tags}
    try:
        await change_tags(
            context.services.gateway,
            run_arn,
            [tag for tag in tags if tag not in before],
            sorted(gone),
        )
    finally:
        context.loaders.forget()
