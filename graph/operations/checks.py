"""Checks of a new mover's input: rejects at once what AWS would certainly reject later."""

from __future__ import annotations

from graph.aws.client.gateway import Gateway
from graph.aws.task_files import check_buckets, files_of
from graph.locations import Home, creation_of, place_of
from graph.model.errors import Invalid, InvalidReason
from graph.model.location_specs import ExistingSpec
from graph.model.operation import NewMover
from graph.task_settings.creation import check_settings
from graph.task_settings.tags import VALUE, check_tags


def check(new: NewMover, gateway: Gateway) -> None:
    """Raises Invalid, with the path in the input, for what AWS would refuse later."""
    account = gateway.served.recorded(new.account_id, new.region)
    home = Home(*account.place, gateway.partition)
    for side, spec in (("source", new.source), ("destination", new.destination)):
        creation_of(spec).check(spec, home, place_of(spec, side))
        if isinstance(spec, ExistingSpec):
            _check_region(spec.location_arn, gateway, (*place_of(spec, side), "locationArn"))
    if not VALUE.fullmatch(new.group):
        raise Invalid(
            f"The group '{new.group}' contains characters that a tag of DataSync cannot have. "
            "Use letters, digits, spaces and + = . _ : @ / -.",
            path=("group",),
        )
    roles = creation_of(new.source).needs_role or creation_of(new.destination).needs_role
    check_tags(new.tags, told_apart=str.lower if roles else str)
    check_settings(new.settings)
    check_buckets(files_of(new.settings.manifest, new.settings.report), home)


def _check_region(location_arn: str, gateway: Gateway, path: tuple[str, ...]) -> None:
    try:
        gateway.of(location_arn)
    except Invalid as error:
        raise Invalid(error.message, path=path, reason=InvalidReason.ELSEWHERE) from None
