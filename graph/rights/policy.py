"""Decides whether a caller may use the resources behind a mover."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from graph.locations import place_of, resources_at, resources_of
from graph.model import names
from graph.model.caller import Rights
from graph.model.errors import ApiError, Conflict, Forbidden
from graph.model.location import Location
from graph.model.location_specs import ExistingSpec, LocationSpec
from graph.model.mover import GROUP_TAG, Account
from graph.model.operation import NewMover
from graph.model.resources import Resource
from graph.model.task_files import (
    ManifestSpec,
    ReportSpec,
    resource_of_manifest,
    resource_of_report,
)
from graph.model.verbs import Verb

log = logging.getLogger(__name__)


RightsInGroup = Callable[[str | None], Rights]
"""The rights of those who may see a group."""


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The rules that are in force, by the name of the key that they limit."""

    rights: Mapping[str, Rights]
    enforced: bool = True
    group_of: Callable[[str, str], Awaitable[str | None]] | None = None
    """Reads the group that a resource is tagged for, with the role of an account. If set, a tag
    that equals the mover's group allows a resource as a rule does."""
    tagged: Callable[[Account, str], Awaitable[Collection[str]]] | None = None
    """Reads the ARNs of the resources of an account and region that are tagged for a group. Set
    with ``group_of``."""
    rules: Mapping[str, RightsInGroup] = field(default_factory=dict)
    """The same by the name of the rule of an issuer, whose callers may have different groups."""
    location_of: Callable[[str], Awaitable[Location | None]] | None = None
    """Reads an existing location by its ARN."""

    async def require(
        self, rights: Rights, account_id: str, group: str | None, resources: Iterable[Resource]
    ) -> None:
        """Raises Forbidden, with the place in the input, for the first one that is not allowed.

        Raises Conflict if the tags of one cannot be read.
        """
        if not self.enforced or rights.uses_everything:
            return
        for resource in resources:
            allowed = rights.may_use(account_id, group, resource) or await self._is_tagged(
                rights, account_id, group, resource
            )
            if not allowed:
                raise Forbidden(
                    f"The caller's key may not use {resource.arn}"
                    f"{f' below {resource.prefix}' if resource.prefix else ''} for movers of group "
                    f"'{group}': no rule under `resources`{self._or_tag} allows it.",
                    path=resource.path,
                )

    async def require_for_new(self, rights: Rights, new: NewMover) -> None:
        """Raises Forbidden unless the caller may use both ends of the mover and its log group."""
        if not self.enforced or rights.uses_everything:
            return
        settings = new.settings
        await self.require_log_group(rights, new.account_id, new.group, settings.log_group_arn)
        await self.require_files(
            rights, new.account_id, new.group, settings.manifest, settings.report
        )
        for side, spec in (("source", new.source), ("destination", new.destination)):
            await self._require_for(rights, new, spec, side)

    async def require_log_group(
        self, rights: Rights, account_id: str, group: str | None, arn: str | None
    ) -> None:
        """Raises Forbidden unless the caller may have the names of files written to it."""
        if arn is not None:
            used = Resource(arn.removesuffix(":*"), path=("logGroupArn",))
            await self.require(rights, account_id, group, [used])

    async def require_files(
        self,
        rights: Rights,
        account_id: str,
        group: str | None,
        manifest: ManifestSpec | None,
        report: ReportSpec | None,
    ) -> None:
        """Raises Forbidden unless the caller may have the manifest read and reports written."""
        used = [resource_of_manifest(manifest)] if manifest else []
        used += [resource_of_report(report)] if report else []
        await self.require(rights, account_id, group, used)

    async def _require_for(
        self, rights: Rights, new: NewMover, spec: LocationSpec, side: str
    ) -> None:
        if isinstance(spec, ExistingSpec):
            arn, path = spec.location_arn, (*place_of(spec, side), "locationArn")
            location = None if self.location_of is None else await self.location_of(arn)
            await self.require_location(rights, new.account_id, new.group, arn, location, path=path)
            return
        used = resources_of(spec, side)
        if not used:
            raise Forbidden(
                f"The caller's key may not use the {side}: it names no AWS resource that a rule "
                "under `resources` could allow. Somebody whose key is not limited can create it.",
                path=place_of(spec, side),
            )
        await self.require(rights, new.account_id, new.group, used)

    async def require_location(  # noqa: PLR0913 - whose, for whom and what
        self,
        rights: Rights,
        account_id: str,
        group: str | None,
        arn: str,
        location: Location | None,
        *,
        path: tuple[str, ...] = (),
    ) -> None:
        """Raises Forbidden unless a rule allows the existing location, or all that it uses.

        ``location``: None if it is gone.
        """
        if not self.enforced or rights.uses_everything:
            return
        if rights.may_use(account_id, group, Resource(arn)):
            return
        used = (replace(resource, path=path) for resource in resources_at(arn, location))
        await self.require(rights, account_id, group, used)

    async def tagged_for(self, rights: Rights, account: Account, group: str) -> Collection[str]:
        """The ARNs of all resources that their tags allow to movers of the group.

        Tags of minutes ago may count: to use one, ``require`` reads them again.
        """
        if self.tagged is None or group not in (rights.groups or ()):
            return ()
        return await self.tagged(account, group)

    async def require_still(self, new: NewMover) -> None:
        """Checks an accepted mover by the rules that are in force now.

        Raises Forbidden, also if its key is no longer configured.
        """
        key_name = getattr(new, "key_name", None)
        if key_name is None or not self.enforced:
            return  # accepted by a version without these rules; as stored by it, without the name
        rights = self._rights_of(key_name, new.group)
        if rights is None:
            raise Forbidden(f"The key '{key_name}', which requested it, is no longer configured.")
        await self.require_for_new(rights, new)

    def _rights_of(self, name: str, group: str) -> Rights | None:
        rights_in = self.rules.get(name)
        return self.rights.get(name) if rights_in is None else rights_in(group)

    @property
    def _or_tag(self) -> str:
        return "" if self.group_of is None else f" and no tag '{GROUP_TAG}' with that value"

    async def _is_tagged(
        self, rights: Rights, account_id: str, group: str | None, resource: Resource
    ) -> bool:
        """Whether the resource belongs to a group of the caller by its tag.

        A location of DataSync never counts: the server itself tags those that it creates.
        """
        if self.group_of is None or group is None or group not in (rights.groups or ()):
            return False
        named = names.arn(resource.arn)
        if named.service == "datasync" and named.resource.startswith("location/"):
            return False
        try:
            return await self.group_of(account_id, resource.arn) == group
        except ApiError as error:
            raise Conflict(
                f"Whether group '{group}' may use {resource.arn} cannot be determined, because its "
                f"tags cannot be read: {error.message}",
                path=resource.path,
            ) from error

    def log_limits(self) -> None:
        """Says which keys are limited, and how; warns where the limits are not enforced."""
        for name, rights in self.rights.items():
            log.info("key %s %s", name, _limits(rights))
        if self.group_of is not None:
            log.info(
                "keys limited to groups may also use resources whose tag %s is their group",
                GROUP_TAG,
            )
        for name in self.rules:
            log.info("tokens that match the rule %s are accepted", name)
        named = dict(self.rights) | {name: rights(None) for name, rights in self.rules.items()}
        limited = [name for name, rights in named.items() if not rights.uses_everything]
        if limited and not self.enforced:
            log.warning(
                "RESOURCE_CHECK is none: the keys %s may use every resource of their accounts as a "
                "source or destination, including those of other groups",
                ", ".join(limited),
            )


def _limits(rights: Rights) -> str:
    verbs = [verb.value for verb in Verb if verb in rights.verbs]
    may = "may write" if rights.may_write else f"may {', '.join(verbs or ['read'])}"
    more = sorted({group for group, _ in rights.in_groups})
    may += f", and more in {', '.join(more)}" if more else ""
    accounts = f"in accounts {', '.join(sorted(rights.accounts))}" if rights.accounts else ""
    groups = f"in groups {', '.join(sorted(rights.groups))}" if rights.groups else ""
    regions = f"in regions {', '.join(sorted(rights.regions))}" if rights.regions else ""
    if rights.uses_everything:
        uses = "uses every resource"
    elif rights.resources:
        uses = f"uses the resources of {len(rights.resources)} rules"
    else:
        uses = "uses no resource by rule"
    return "; ".join(
        part for part in (" ".join(filter(None, (may, accounts, groups, regions))), uses)
    )
