"""Resources with tags, which DataSync and the tagging API show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from moto.core.resource_tagging import TaggedResource

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.kinds import tail
from graph.sandbox.datasync.parameters import MOST_TAGS
from graph.sandbox.pace import PACE

_SERIALS: Final = count(1)


@dataclass(kw_only=True, eq=False)
class Resource:
    arn: str
    tags: dict[str, str]
    created: datetime = field(default_factory=CLOCK.now)
    serial: int = field(default_factory=lambda: next(_SERIALS))
    before: list[tuple[datetime, dict[str, str]]] = field(default_factory=list)
    """Earlier tags, with the time until which the resource had them."""

    def tag(self, tags: dict[str, str]) -> None:
        """Replaces the tags."""
        self.before.append((CLOCK.now(), self.tags))
        self.tags = tags

    def tags_at(self, when: datetime) -> dict[str, str] | None:
        """The tags at that time; None if the resource did not exist yet."""
        if when < self.created:
            return None
        return next((tags for until, tags in self.before if when < until), self.tags)


class Tagged:
    """The tags of one account's resources in one region."""

    def __init__(
        self,
        find: Callable[[str], Resource | None],
        listed: Callable[[], Iterable[tuple[str, Resource]]],
    ) -> None:
        """``find``: a resource by its ARN. ``listed``: those of the tagging API, with kinds."""
        self._find, self._listed = find, listed
        self.ghosts: list[tuple[datetime, str, Resource]] = []

    def deleted(self, kind: str, resource: Resource) -> None:
        self.ghosts.append((CLOCK.now(), kind, resource))

    def resource(self, arn: str) -> Resource:
        found = self._find(arn)
        if found is None:
            raise InvalidRequestException(f"Resource {tail(arn)} is not found.")
        return found

    def add(self, arn: str, tags: dict[str, str]) -> None:
        resource = self.resource(arn)
        together = {**resource.tags, **tags}
        if len(together) > MOST_TAGS:
            raise InvalidRequestException(f"A resource can have at most {MOST_TAGS} tags.")
        resource.tag(together)

    def remove(self, arn: str, tag_keys: list[str]) -> None:
        resource = self.resource(arn)
        resource.tag({k: v for k, v in resource.tags.items() if k not in tag_keys})

    def shown(self) -> Iterator[TaggedResource]:
        """The tagging API's view: old tags, without new resources, and with deleted ones."""
        shown_from = CLOCK.now() - timedelta(seconds=PACE.tagging_lag)
        gone_before = CLOCK.now() - timedelta(seconds=PACE.ghosts)
        self.ghosts = [ghost for ghost in self.ghosts if ghost[0] > gone_before]
        for kind, resource in self._listed():
            tags = resource.tags_at(shown_from)
            if tags is not None:
                yield TaggedResource(resource.arn, tags, f"datasync:{kind}")
        for _, kind, resource in list(self.ghosts):
            yield TaggedResource(resource.arn, resource.tags, f"datasync:{kind}")
