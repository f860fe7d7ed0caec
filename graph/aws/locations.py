"""DataSync's locations, of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.aws.marks import with_marks
from graph.aws.tags import encoded
from graph.locations import KINDS, kind_of, kind_of_spec
from graph.model.errors import Invalid, NotFound
from graph.model.location import ListedLocation, Location
from graph.model.location_specs import NewLocationSpec
from graph.model.mover import Tag

_FEW: Final = 10
"""Up to this number, locations are described one by one; for more, the list is read."""
_OF_UNKNOWN_KIND: Final = 3
"""Calls that describe a location other than one of S3, which is tried first."""


async def list_locations(aws: AccountGateway) -> dict[str, str]:
    """The URI of every location of an account in one region, by ARN. One call per 100."""
    found = {
        item["LocationArn"]: item["LocationUri"]
        async for page in aws.pages("datasync", "list_locations", "Locations", MaxResults=PAGE_SIZE)
        for item in page
    }
    for arn, uri in found.items():
        aws.caches.location_kinds[arn] = kind_of(uri)
    return found


async def made_locations(
    aws: AccountGateway, spec: NewLocationSpec, marks: Mapping[str, str]
) -> list[str]:
    """The locations that carry the marks and fit: what earlier attempts of a step have made."""
    kind = kind_of_spec(spec)
    target = kind.creation.target(spec)
    uris = await list_locations_afresh(aws)
    fit = [
        arn
        for arn, uri in uris.items()
        if kind_of(uri) == kind.name
        and (reaches(uri, target) or not kind.creation.uri_names_target)
    ]
    return await with_marks(aws, "location", fit, marks)


def reaches(uri: str, target_arn: str) -> bool:
    """Whether a location may be one of that bucket, access point, file system or server."""
    return target_arn.replace("/", ":").rpartition(":")[2] in uri


async def bucket_role_of(gateway: ArnGateway, location_arn: str) -> str | None:
    """The ARN of the role that a location reads its bucket with; None if it is gone or no bucket.

    Described once, then remembered for a while.
    """
    known = gateway.of(location_arn).caches.bucket_roles.get(location_arn)
    if known is not None:
        return known
    location = await describe_location(gateway, location_arn)
    return None if location is None else bucket_role(location)


def bucket_role(location: Location) -> str | None:
    """The ARN of the role that a location reads its bucket with; None unless it is a bucket's."""
    if location.kind != "S3":
        return None
    return (location.described.get("S3Config") or {}).get("BucketAccessRoleArn")


async def describe_location(gateway: ArnGateway, location_arn: str) -> Location | None:
    """One location, or None if it is gone.

    An ARN does not tell its kind, and each kind has a describe call of its own. S3, the most
    frequent, is tried first; only if that fails the account's list is read, once.
    """
    aws = gateway.of(location_arn)
    kind = aws.caches.location_kinds.get(location_arn)
    try:
        return await _described(aws, location_arn, kind or "S3")
    except NotFound:
        if kind is not None:
            return None
    except Invalid:
        if kind is not None:
            raise
    uris: dict[str, str] = await aws.shared(("locations",), lambda: list_locations(aws))
    uri = uris.get(location_arn)
    return None if uri is None else await _described(aws, location_arn, kind_of(uri), uri)


def calls_to_describe(gateway: ArnGateway, location_arn: str) -> int:
    """How many calls ``describe_location`` takes at most, if all locations fit on a page."""
    known = location_arn in gateway.of(location_arn).caches.location_kinds
    return 1 if known else _OF_UNKNOWN_KIND


async def recent_location(gateway: ArnGateway, location_arn: str) -> Location | None:
    """One location, or None if it is gone, for display: it may be a minute old."""
    kept = gateway.of(location_arn).caches.locations.get(location_arn)
    return kept or await describe_location(gateway, location_arn)


async def shown_locations(
    gateway: ArnGateway, arns: Sequence[str]
) -> list[Location | ListedLocation | BaseException | None]:
    """Each of the locations, None if it is gone, or why it could not be read; up to a minute old.

    A few are described. For more, what AWS's list has of them: one call per 100 locations of their
    account, rather than one per location.
    """
    listed = sum(_recent(gateway, arn) is None for arn in arns) > _FEW
    return await asyncio.gather(
        *(_shown(gateway, arn, listed=listed) for arn in arns), return_exceptions=True
    )


async def _shown(
    gateway: ArnGateway, arn: str, *, listed: bool
) -> Location | ListedLocation | None:
    kept = _recent(gateway, arn)
    if kept is not None:
        return kept
    if listed:
        aws = gateway.of(arn)
        uris: dict[str, str] = await aws.shared(("locations",), lambda: list_locations(aws))
        if (uri := uris.get(arn)) is not None:
            found = ListedLocation(arn=arn, kind=kind_of(uri), uri=uri)
            aws.caches.listed_locations[arn] = found
            return found
    return await describe_location(gateway, arn)


def _recent(gateway: ArnGateway, arn: str) -> Location | ListedLocation | None:
    caches = gateway.of(arn).caches
    return caches.locations.get(arn) or caches.listed_locations.get(arn)


async def create_location(
    aws: AccountGateway, spec: NewLocationSpec, role_arn: str | None, tags: Iterable[Tag]
) -> str:
    """Creates a location and returns its ARN. DataSync tests a bucket's role before it answers."""
    kind = kind_of_spec(spec)
    answer = await aws.call(
        "datasync",
        Access.MANAGE,
        f"create_location_{kind.operation}",
        **kind.creation.params(spec, role_arn),
        Subdirectory=spec.subdirectory,
        Tags=encoded(tags),
    )
    return str(answer["LocationArn"])


async def update_location(
    gateway: ArnGateway, location: Location, params: Mapping[str, Any]
) -> None:
    """Changes a location. Repeating the call changes nothing more.

    ``params``: of the update call of its kind, without the ARN.
    """
    aws, operation = gateway.of(location.arn), KINDS[location.kind].operation
    _forget(aws, location.arn)
    call = f"update_location_{operation}"
    await aws.call("datasync", Access.MANAGE, call, LocationArn=location.arn, **params)
    _forget(aws, location.arn)


async def delete_location(gateway: ArnGateway, location_arn: str) -> None:
    """Deletes a location; one that is gone is no error. Raises Conflict while a task uses it."""
    aws = gateway.of(location_arn)
    _forget(aws, location_arn)
    try:
        await aws.call("datasync", Access.MANAGE, "delete_location", LocationArn=location_arn)
    except NotFound:
        return


def _forget(aws: AccountGateway, location_arn: str) -> None:
    aws.caches.locations.pop(location_arn, None)
    aws.caches.listed_locations.pop(location_arn, None)
    aws.caches.bucket_roles.pop(location_arn, None)


async def list_locations_afresh(aws: AccountGateway) -> dict[str, str]:
    """The same, as they are after the call. Equal calls at the same time share the list."""
    uris: dict[str, str] = await aws.shared(("locations",), lambda: list_locations(aws), fresh=True)
    return uris


async def _described(
    aws: AccountGateway, location_arn: str, kind: str, uri: str | None = None
) -> Location:
    if kind not in KINDS:
        uri = uri or (await list_locations(aws)).get(location_arn)
        if uri is None:
            raise NotFound(f"The location {location_arn} does not exist.")
        return Location(arn=location_arn, kind=kind, uri=uri, created_at=None, described={})

    async def read() -> dict[str, Any]:
        operation = f"describe_location_{KINDS[kind].operation}"
        return await aws.call("datasync", Access.READ, operation, LocationArn=location_arn)

    answer = await aws.shared(("location", location_arn, kind), read)
    aws.caches.location_kinds[location_arn] = kind
    location = Location(
        arn=location_arn,
        kind=kind,
        uri=answer["LocationUri"],
        created_at=answer.get("CreationTime"),
        described=answer,
    )
    aws.caches.locations[location_arn] = location
    if (role_arn := bucket_role(location)) is not None:
        aws.caches.bucket_roles[location_arn] = role_arn
    return location
